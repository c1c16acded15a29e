"""Rule printer-supply-low: there is a cartridge in the cupboard before the printer stops."""

from __future__ import annotations

from alerts.finding import Finding, Seen, Values
from alerts.office import Office
from alerts.rules.device import found, heard, of_kind
from alerts.rules.rule import Rule
from collector.devices.figures import named
from collector.inventory.model import Device
from collector.readings import Verdict


def judge(office: Office, declared: Device) -> Finding:
    """By the supply that has least left; exactly at the threshold is low. Paper is no supply here."""
    reading = heard("printer-supply-low", office, declared)
    if isinstance(reading, Finding):
        return reading
    supplies = [(name, one) for name, one in named(reading.supplies) if one.kind != "input"]
    told = [(one.ratio, name) for name, one in supplies if one.ratio is not None]
    if not told and any(one.state == "some-left" for _, one in supplies):
        return found("printer-supply-low", office, declared, "pass", "some-left")
    if not told:
        return found("printer-supply-low", office, declared, "unknown", "untold")
    left_ratio, supply = min(told)
    values: Values = {"supply": supply, "left_ratio": left_ratio}
    seen = [Seen("supply", {"supply": name, "left_ratio": ratio}) for ratio, name in told]
    low = left_ratio <= office.inventory.rules.printer_supply_low.left_ratio
    verdict: Verdict = "fail" if low else "pass"
    because = "low" if low else "enough"
    return found("printer-supply-low", office, declared, verdict, because, values, *seen)


RULE = Rule(
    id="printer-supply-low",
    item=28,
    severity="warning",
    opens_incident=False,
    subjects=of_kind("printer"),
    judge=judge,
    tag="availability:outage",
)
