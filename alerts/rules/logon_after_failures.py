"""Rule logon-after-failures: no password is guessed in the end."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.brute_force import before
from alerts.rules.happened import failing, quiet, unexplained
from alerts.rules.rule import Rule
from collector.inventory.model import Machine

KINDS = {"logon-after-failures", "logon-failed"}


def judge(office: Office, declared: Machine) -> Finding:
    """A sign-in that worked after as many failures as make an attack; one slip of the hand is none."""
    found = unexplained(office, "logon-after-failures", declared.id, KINDS)
    limits = office.inventory.rules.brute_force
    within = timedelta(seconds=limits.within_seconds)
    failed = tuple(one for one in found if one.kind == "logon-failed")
    for one in found:
        if one.kind != "logon-after-failures":
            continue
        led = before(failed, one.at, limits.failures, within)
        if led:
            tries = sum(row.count for row in led)
            rows = (*led[-3:], one)
            return failing(
                "logon-after-failures", declared, rows, "guessed", "security", {"tries": tries}
            )
    return quiet("logon-after-failures", office, declared)


RULE = Rule(
    id="logon-after-failures",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="intrusions:unprivileged-account-compromise",
    group="N2",
    level="M2",
)
