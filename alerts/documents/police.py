"""Báo cáo ban đầu: the initial report of an incident to the ward police and the cyber force.

Fields and their order are those of the initial report under Nghị định 331/2026/NĐ-CP as far as
public dossiers tell; what the evidence does not hold stays a dotted line.
"""

from __future__ import annotations

from alerts.documents.case import Case
from alerts.documents.letter import Purpose, PurposeError, allow, letter
from alerts.documents.letterhead import full_name
from alerts.documents.model import Paper
from alerts.documents.police_fields import PARTS, follow_up
from alerts.documents.redaction import Disclosure, redacted
from alerts.documents.texts import text

__all__ = ["Purpose", "PurposeError", "addressees", "police"]


def police(case: Case, purpose: Purpose, disclosure: Disclosure | None = None) -> Paper:
    """The initial report. Raises PurposeError before a drill can leave the office as real."""
    allow(case, purpose)
    shown = redacted(case, disclosure or Disclosure())
    return letter(shown, "police", PARTS, addressees(shown), _closing(shown))


def addressees(case: Case) -> tuple[str, ...]:
    """The ward police, and the Ministry's specialised force where the office declared it."""
    force = case.contacts.cyber_force
    return (case.contacts.police.post, *([force.post] if force else []))


def _closing(case: Case) -> str:
    body, due = full_name(case.site.name), follow_up(case)
    if due is None:
        return text("police.closing", body=body)
    return text("police.closing-due", body=body, due=due)
