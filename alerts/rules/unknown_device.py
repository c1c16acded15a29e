"""Rule unknown-device: everything on the office's networks is declared, or has been named."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen, Values
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.devices.known import Sighting
from collector.devices.sightings import declared, unknown
from collector.inventory.model import Inventory, Line

LOOKED_WITHIN = timedelta(minutes=10)
"""The networks are looked over every minute."""
SHOWN = 8


def judge(office: Office, line: Line) -> Finding:
    """By the networks behind one line; every stranger of the last two weeks counts."""
    here = [one for one in office.state.strangers if one.line == line.id]
    newest = max((one.last_at for one in here), default=None)
    if newest is None:
        return Finding("unknown-device", line.id, "unknown", "nobody-seen")
    if office.now - newest > LOOKED_WITHIN:
        values: Values = {"seen_at": newest.isoformat()}
        return Finding("unknown-device", line.id, "unknown", "unlooked", values)
    known = declared(office.inventory, office.state.machines, office.state.devices)
    strangers = unknown(here, known)
    if not strangers:
        told = (Seen("addresses", {"count": len(here)}),)
        evidence = (Evidence(line.id, "network", told, None, newest),)
        values = {"count": len(here)}
        return Finding("unknown-device", line.id, "pass", "all-known", values, evidence)
    shown = ", ".join(_named(one) for one in strangers[:SHOWN])
    if len(strangers) > SHOWN:
        shown += ", …"
    seen = tuple(
        Seen(
            "stranger", {"mac": one.mac, "where": _where(one), "since_at": one.first_at.isoformat()}
        )
        for one in strangers[:SHOWN]
    )
    evidence = (Evidence(line.id, "network", seen, None, newest),)
    values = {"count": len(strangers), "who": shown}
    first_at = max(one.first_at for one in strangers)
    return Finding(
        "unknown-device", line.id, "fail", "strangers", values, evidence, "security", first_at
    )


def _named(one: Sighting) -> str:
    return f"{one.mac} ({_where(one)})"


def _where(one: Sighting) -> str:
    port = f"{one.device} {one.interface}" if one.device else ""
    return ", ".join(filter(None, (one.address, port))) or "?"


def searched(inventory: Inventory) -> tuple[Line, ...]:
    """The lines whose networks the office lets be looked over."""
    return tuple(line for line in inventory.lines if line.networks)


RULE = Rule(
    id="unknown-device",
    item=27,
    severity="warning",
    opens_incident=False,
    subjects=searched,
    judge=judge,
)
