"""Rules printers-few and scanners-few: as many as the norm of quantity grants (QĐ 15/2025/QĐ-TTg)."""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import Literal

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.official_without_machine import officials
from alerts.rules.rule import Rule
from collector.inventory.model import Site

Kind = Literal["printer", "scanner"]


def judge(rule: str, kind: Kind, office: Office, site: Site) -> Finding:
    """Declared devices and those that hang on a PC, against the officials who share them.

    A printer that is shared by the network stands at every PC that uses it: only what is plugged
    into a PC counts beside what is declared. While a PC is unread, fewer than enough is unknown.
    """
    declared = sum(one.kind == kind for one in office.inventory.devices)
    attached, unread = _attached(office, kind)
    rules = office.inventory.rules
    share = (rules.printers_few if kind == "printer" else rules.scanners_few).officials
    people = len(officials(office.inventory))
    wanted, count = ceil(people / share), declared + attached
    values: dict[str, str | int | float] = {
        "count": count,
        "wanted": wanted,
        "officials": people,
        "share": share,
        "unread": unread,
    }
    seen = Seen("devices-counted", {"declared": declared, "attached": attached, "unread": unread})
    evidence = (Evidence(site.id, "inventory", (seen,), received_at=office.now),)
    if count >= wanted:
        return Finding(rule, site.id, "pass", "enough", values, evidence)
    if unread:
        return Finding(rule, site.id, "unknown", "unread", values, evidence)
    return Finding(rule, site.id, "fail", "few", values, evidence)


def _attached(office: Office, kind: Kind) -> tuple[int, int]:
    """How many hang on PCs by USB, and how many PCs did not tell."""
    count = unread = 0
    for declared in office.inventory.machines:
        machine = office.state.machines.get(declared.id)
        found = (
            getattr(machine.hardware.value, f"{kind}s") if machine and machine.hardware else None
        )
        unread += found is None
        count += sum(
            kind == "scanner" or (one.port or "").lower().startswith("usb") for one in found or ()
        )
    return count, unread


def _rule(id: str, kind: Kind) -> Rule[Site]:
    return Rule(
        id=id,
        item=23,
        severity="info",
        opens_incident=False,
        subjects=lambda inventory: (inventory.site,),
        judge=partial(judge, id, kind),
    )


PRINTERS_FEW = _rule("printers-few", "printer")
SCANNERS_FEW = _rule("scanners-few", "scanner")
