"""Events that speak for themselves, one rule each: it happened, so somebody has to look."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Literal

from alerts.finding import Finding, Kind
from alerts.office import Office
from alerts.rules.happened import judged, unexplained
from alerts.rules.rule import Rule, Severity
from collector.inventory.model import Machine

TOLD_FOR = timedelta(days=7)
"""What opens no incident can't be explained by one: it is told for a week."""


def judge(
    rule: str,
    kinds: frozenset[str],
    opens: bool,
    office: Office,
    declared: Machine,
) -> Finding:
    """By those kinds of event."""
    found = unexplained(office, rule, declared.id, kinds, None if opens else TOLD_FOR)
    kind: Kind = "security" if opens else "operational"
    return judged(rule, office, declared, found, kind)


def _rule(
    id: str,
    kinds: set[str],
    severity: Severity,
    tag: str,
    group: str | None = None,
    level: Literal["M2", "M3", "M4"] = "M4",
    *,
    opens: bool = True,
) -> Rule[Machine]:
    return Rule(
        id=id,
        item=27,
        severity=severity,
        opens_incident=opens,
        subjects=lambda inventory: inventory.machines,
        judge=partial(judge, id, frozenset(kinds), opens),
        tag=tag,
        group=group,
        level=level,
    )


PRIVILEGED = "intrusions:privileged-account-compromise"
MALICIOUS = "malicious-code:infected-system"

ACCOUNT_CREATED = _rule(
    "account-created", {"account-created"}, "warning", PRIVILEGED, "N2", opens=False
)
ACCOUNT_LOCKED = _rule(
    "account-locked", {"account-locked"}, "info", "intrusion-attempts:brute-force", opens=False
)
ADMINISTRATOR_ADDED = _rule(
    "administrator-added", {"administrator-added"}, "critical", PRIVILEGED, "N2", "M3"
)
LOG_CLEARED = _rule("log-cleared", {"log-cleared"}, "critical", PRIVILEGED, "N2", "M3")
MALWARE_BLOCKED = _rule(
    "malware-blocked", {"malware-found", "malware-blocked"}, "warning", MALICIOUS, "N1"
)
# That protection is off now is the rule antivirus's matter; this tells that it was.
PROTECTION_OFF = _rule(
    "protection-off", {"protection-off"}, "warning", "vulnerable:vulnerable-system", opens=False
)
USB_STORAGE_USED = _rule(
    "usb-storage-used", {"usb-storage"}, "info", "other:undetermined", opens=False
)
