"""Rule printer-error: a printer that stands still says why."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.device import found, heard, of_kind
from alerts.rules.rule import Rule
from collector.inventory.model import Device

WARNINGS = {"low-paper", "low-toner", "output-near-full"}
"""It still prints; low toner has a rule of its own."""


def judge(office: Office, declared: Device) -> Finding:
    """What keeps it from printing fails; what only announces itself does not."""
    reading = heard("printer-error", office, declared)
    if isinstance(reading, Finding):
        return reading
    if reading.printer is None or (reading.printer.status is None and not reading.printer.errors):
        return found("printer-error", office, declared, "unknown", "untold")
    errors = [one for one in reading.printer.errors if one not in WARNINGS]
    if not errors and reading.printer.status == "down":
        errors = ["stopped"]
    if errors:
        values = {"error_parts": " ".join(errors)}
        seen = Seen("printer-errors", values)
        return found("printer-error", office, declared, "fail", "stopped", values, seen)
    return found("printer-error", office, declared, "pass", "ready")


RULE = Rule(
    id="printer-error",
    item=28,
    severity="warning",
    opens_incident=False,
    subjects=of_kind("printer"),
    judge=judge,
    tag="availability:outage",
)
