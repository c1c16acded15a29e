"""Rule switch-port-errors: no port loses what it carries."""

from __future__ import annotations

from alerts.finding import Finding, Seen, Values
from alerts.office import Office
from alerts.rules.device import found, heard, known, of_kind
from alerts.rules.rule import Rule
from collector.inventory.model import Device


def judge(office: Office, declared: Device) -> Finding:
    """By what each port's errors grew by within about an hour; exactly at the threshold fails."""
    reading = heard("switch-port-errors", office, declared)
    if isinstance(reading, Finding):
        return reading
    errors = known(office, declared).port_errors
    if not errors:
        return found("switch-port-errors", office, declared, "unknown", "untold")
    most = office.inventory.rules.switch_port_errors.errors_per_hour
    bad = sorted((count, port) for port, count in errors.items() if count >= most)
    values: Values = {
        "ports": ", ".join(f"{port}: {count}" for count, port in bad),
        "count": len(errors),
    }
    if bad:
        seen = [Seen("port-errors", {"port": port, "count": count}) for count, port in bad]
        return found("switch-port-errors", office, declared, "fail", "losing", values, *seen)
    return found("switch-port-errors", office, declared, "pass", "clean", values)


RULE = Rule(
    id="switch-port-errors",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=of_kind("switch", "router", "access-point"),
    judge=judge,
    tag="availability:outage",
)
