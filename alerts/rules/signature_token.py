"""Rule signature-token: an official who signs has the USB token at the PC."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.rule import Rule
from collector.inventory.model import Inventory, Machine
from collector.readings import Peripheral

WORDS = (
    "token",
    "epass",
    "feitian",
    "safenet",
    "etoken",
    "bit4id",
    "gemalto",
    "watchdata",
    "proxkey",
)
"""In the USB names of the tokens that the government's certification authority and the licensed
providers of Viet Nam hand out (FEITIAN ePass, SafeNet eToken, Bit4id, Watchdata ProxKey)."""


def judge(office: Office, declared: Machine) -> Finding:
    """Seen on USB in the newest inventory. A token in a drawer is told as not there: rightly so."""
    machine = office.state.machines.get(declared.id)
    hardware = current(
        "signature-token",
        declared.id,
        "hardware",
        machine.hardware if machine else None,
        office.now,
    )
    if isinstance(hardware, Finding):
        return hardware
    plugged = hardware.value.usb
    if plugged is None:
        cause = gap_cause(hardware, "usb") or "-"
        evidence = (
            evidence_of(declared.id, "hardware", hardware, Seen("no-usb", {"reason": cause})),
        )
        return Finding(
            "signature-token", declared.id, "unknown", "unread", {"reason": cause}, evidence
        )
    token = next((one for one in plugged if _is_token(one)), None)
    name = (token.model or token.name or "-") if token else "-"
    seen = Seen("token", {"device": name}) if token else Seen("no-token", {"count": len(plugged)})
    return Finding(
        "signature-token",
        declared.id,
        "pass" if token else "fail",
        "there" if token else "missing",
        {"device": name},
        (evidence_of(declared.id, "hardware", hardware, seen),),
        signal_at=hardware.received_at,
    )


def _is_token(one: Peripheral) -> bool:
    told = " ".join(filter(None, (one.name, one.manufacturer, one.model))).casefold()
    return any(word in told for word in WORDS)


def _asking(inventory: Inventory) -> tuple[Machine, ...]:
    asking = {profile.id for profile in inventory.profiles if profile.signature_token}
    return tuple(one for one in inventory.machines if one.profile in asking and one.person)


RULE = Rule(
    id="signature-token",
    item=23,
    severity="info",
    opens_incident=False,
    subjects=_asking,
    judge=judge,
)
