"""Judgement: all rules on all their subjects, one finding each, in a fixed order."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules import RULES
from alerts.rules.rule import Rule, Subject

log = logging.getLogger(__name__)


def findings(office: Office, subjects: Collection[str] | None = None) -> tuple[Finding, ...]:
    """One finding for every rule and subject, by rule and then as the inventory lists them.

    With `subjects`, of those alone.
    """
    return tuple(
        judged(rule, office, subject)
        for rule in RULES.values()
        for subject in rule.subjects(office.inventory)
        if subjects is None or subject.id in subjects
    )


def judged(rule: Rule[Any], office: Office, subject: Subject) -> Finding:
    """The rule's finding; a rule that fails leaves its subject unknown, with the cause."""
    try:
        return rule.judge(office, subject)
    except Exception as error:  # noqa: BLE001 - a mistake in one rule must not silence the others
        cause = f"{type(error).__name__}: {error}"
        log.error("rule %s failed on %s: %s", rule.id, subject.id, cause)  # noqa: TRY400 - every tick
        return Finding(rule.id, subject.id, "unknown", "rule-failed", {"cause": cause})
