"""Rule brute-force: nobody tries one password after the other."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.happened import failing, quiet, unexplained
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.lately import Occurrence


def judge(office: Office, declared: Machine) -> Finding:
    """By the failed sign-ins that came together within the time; from the threshold on it fails."""
    found = unexplained(office, "brute-force", declared.id, {"logon-failed"})
    limits = office.inventory.rules.brute_force
    burst = bursting(found, limits.failures, timedelta(seconds=limits.within_seconds))
    if burst:
        outside = any(one.origin == "external" for one in burst)
        because = "from-outside" if outside else "tried"
        return failing("brute-force", declared, burst, because, "security")
    return quiet("brute-force", office, declared)


def bursting(
    found: tuple[Occurrence, ...], failures: int, within: timedelta
) -> tuple[Occurrence, ...]:
    """The first run of them that reaches the threshold within the time; none where none does."""
    rows = sorted(found, key=lambda one: one.at)
    start = total = 0
    for end, one in enumerate(rows):
        total += one.count
        while rows[start].at < one.at - within:
            total -= rows[start].count
            start += 1
        if total >= failures:
            return tuple(rows[start : end + 1])
    return ()


def before(
    found: tuple[Occurrence, ...], moment: datetime, failures: int, within: timedelta
) -> tuple[Occurrence, ...]:
    """The failed sign-ins that led up to that moment, where they reach the threshold."""
    led = tuple(one for one in found if moment - within <= one.at <= moment)
    return led if sum(one.count for one in led) >= failures else ()


RULE = Rule(
    id="brute-force",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="intrusion-attempts:brute-force",
    group="N2",
)
