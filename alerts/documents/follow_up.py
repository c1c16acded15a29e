"""Báo cáo 72 giờ, cập nhật, kết thúc: cause, scope and remedy of an incident, after the initial report.

Fields follow the report on an incident under Nghị định 331/2026/NĐ-CP and 333/2026/NĐ-CP as far as
public dossiers tell.
"""

from __future__ import annotations

from typing import Literal

from alerts.documents import forms
from alerts.documents import incident_fields as shared
from alerts.documents.case import Case
from alerts.documents.instants import minute
from alerts.documents.letter import Purpose, allow, letter, zone_of
from alerts.documents.letterhead import full_name
from alerts.documents.model import Field, Paper
from alerts.documents.police import addressees
from alerts.documents.redaction import Disclosure, redacted
from alerts.documents.texts import text

Stage = Literal["72h", "update", "final"]
STAGES: tuple[Stage, ...] = ("72h", "update", "final")
FORM = "follow-up"


def follow_up(
    case: Case, purpose: Purpose, stage: Stage, disclosure: Disclosure | None = None
) -> Paper:
    """The report of that stage. Raises PurposeError before a drill can leave the office as real."""
    allow(case, purpose)
    shown = redacted(case, disclosure or Disclosure())
    kind = f"report-{stage}"
    parts = (
        ("system", lambda one: (*shared.organisation(one), *shared.system(one))),
        ("incident", lambda one: (*_before(one, stage), *shared.what_happened(one))),
        ("cause", _cause),
        ("scope", shared.reach),
        ("remedy", _remedy),
        ("evidence", _evidence),
        ("lessons", _lessons),
    )
    closing = text(f"{kind}.closing", body=full_name(shown.site.name))
    return letter(shown, kind, parts, addressees(shown), closing)


def _before(case: Case, stage: Stage) -> tuple[Field, ...]:
    options = (text(f"follow-up.stage.{one}") for one in STAGES)
    return (
        forms.must(FORM, "stage-before", *shared.sent_before(case)),
        forms.one_of(FORM, "stage", options, STAGES.index(stage)),
    )


def _cause(case: Case) -> tuple[Field, ...]:
    certain = None if case.cause_certain is None else int(not case.cause_certain)
    options = (text("follow-up.cause-known"), text("follow-up.cause-supposed"))
    return (
        forms.must(FORM, "cause", case.cause, blank_lines=3),
        forms.one_of(FORM, "cause-certain", options, certain),
    )


def _remedy(case: Case) -> tuple[Field, ...]:
    zone = zone_of(case)
    restored = minute(case.restored_at, zone) if case.restored_at else None
    ended = minute(case.ended_at, zone) if case.ended_at else None
    return (
        forms.must(FORM, "remedy", *shared.measures(case), case.remedy, blank_lines=3),
        forms.may(FORM, "restored", restored),
        forms.may(FORM, "ended", ended),
    )


def _evidence(case: Case) -> tuple[Field, ...]:
    return (forms.may(FORM, "evidence", *shared.evidence_kept(case)),)


def _lessons(case: Case) -> tuple[Field, ...]:
    zone = zone_of(case)
    return (
        forms.may(FORM, "consequences", case.consequences, blank_lines=2),
        forms.may(FORM, "lessons", case.lessons, blank_lines=2),
        forms.may(FORM, "proposal", case.proposal, blank_lines=2),
        forms.must(FORM, "reported", minute(case.prepared_at, zone)),
    )
