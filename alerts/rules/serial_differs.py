"""Rule serial-differs: the PC that reports is the one on the list."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, declared: Machine) -> Finding:
    """The serial of the firmware against that of the label, whatever their capitals and spaces."""
    machine = office.state.machines.get(declared.id)
    hardware = current(
        "serial-differs", declared.id, "hardware", machine.hardware if machine else None, office.now
    )
    if isinstance(hardware, Finding):
        return hardware
    told = hardware.value.system.serial if hardware.value.system else None
    values: dict[str, str | int | float] = {
        "declared": declared.serial or "-",
        "serial": told or "-",
        "reason": gap_cause(hardware, "system") or "-",
    }
    evidence = (
        evidence_of(declared.id, "hardware", hardware, Seen("serial", {"serial": told or "-"})),
    )
    if told is None:
        return Finding("serial-differs", declared.id, "unknown", "unread", values, evidence)
    same = _plain(told) == _plain(declared.serial or "")
    return Finding(
        "serial-differs",
        declared.id,
        "pass" if same else "fail",
        "same" if same else "other",
        values,
        evidence,
        signal_at=hardware.received_at,
    )


def _plain(serial: str) -> str:
    return "".join(serial.split()).casefold()


RULE = Rule(
    id="serial-differs",
    item=23,
    severity="warning",
    opens_incident=False,
    subjects=lambda inventory: tuple(one for one in inventory.machines if one.serial),
    judge=judge,
)
