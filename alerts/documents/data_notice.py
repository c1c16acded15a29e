"""Mẫu 08: the notice of a personal-data violation to the authority (Nghị định 356/2025/NĐ-CP, Điều 28).

Fields follow the form as far as public dossiers tell; a notice after 72 hours asks for its reason.
"""

from __future__ import annotations

from datetime import timedelta

from alerts.documents import forms
from alerts.documents import incident_fields as shared
from alerts.documents.case import Case
from alerts.documents.instants import minute
from alerts.documents.letter import Purpose, allow, letter, zone_of
from alerts.documents.letterhead import full_name
from alerts.documents.model import Field, Paper
from alerts.documents.redaction import Disclosure, redacted
from alerts.documents.texts import text

FORM = "data-notice"
IN_TIME = timedelta(hours=72)
"""Luật 91/2025/QH15, Điều 23."""


def data_notice(case: Case, purpose: Purpose, disclosure: Disclosure | None = None) -> Paper:
    """The notice. Raises PurposeError before a drill can leave the office as real."""
    allow(case, purpose)
    shown = redacted(case, disclosure or Disclosure())
    authority = shown.contacts.data_authority
    to = authority.post if authority else text("data-notice.authority")
    parts = (
        ("organisation", shared.organisation),
        ("violation", _violation),
        ("data", _data),
        ("remedy", _remedy),
    )
    closing = text("data-notice.closing", body=full_name(shown.site.name))
    symbol = text("data-notice.symbol")
    return letter(shown, "data-notice", parts, (to,), closing, symbol=symbol)


def _violation(case: Case) -> tuple[Field, ...]:
    zone = zone_of(case)
    late = case.prepared_at - case.detected_at > IN_TIME
    happened = minute(case.happened_at, zone) if case.happened_at else None
    rows = (
        forms.must(FORM, "detected", minute(case.detected_at, zone)),
        forms.may(FORM, "happened", happened),
        forms.must(FORM, "place", case.site.address),
        forms.must(FORM, "what", case.title, case.what, blank_lines=3),
        forms.may(FORM, "cause", case.cause, blank_lines=2),
    )
    return (*rows, forms.must(FORM, "late", case.late_reason, blank_lines=2)) if late else rows


def _data(case: Case) -> tuple[Field, ...]:
    data = case.personal_data
    return (
        forms.must(FORM, "kinds", data.kinds, blank_lines=2),
        forms.must(FORM, "persons", None if data.subjects is None else str(data.subjects)),
        forms.must(FORM, "consequences", case.data_consequences, blank_lines=2),
    )


def _remedy(case: Case) -> tuple[Field, ...]:
    return (
        forms.must(FORM, "measures", *shared.measures(case), case.remedy, blank_lines=3),
        forms.may(FORM, "told-persons", *_told_persons(case), blank_lines=2),
        forms.may(FORM, "evidence", *shared.evidence_kept(case)),
        forms.must(FORM, "reported", minute(case.prepared_at, zone_of(case))),
    )


def _told_persons(case: Case) -> tuple[str, ...]:
    return tuple(line for line in shared.sent_before(case) if "chủ thể" in line)
