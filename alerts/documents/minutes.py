"""Biên bản: the record of a personal-data violation or of a handover, made and signed on the spot."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.documents import forms
from alerts.documents import incident_fields as shared
from alerts.documents.case import Case
from alerts.documents.instants import minute, short
from alerts.documents.letter import Purpose, allow, letter, zone_of
from alerts.documents.letterhead import full_name
from alerts.documents.model import Appendix, Column, Field, Paper, Paragraph, Table
from alerts.documents.redaction import Disclosure, redacted
from alerts.documents.texts import text

SYMBOL = "BB-UBND"


def record(case: Case, purpose: Purpose, disclosure: Disclosure | None = None) -> Paper:
    """Biên bản ghi nhận vi phạm: what was found, before the notice goes out."""
    allow(case, purpose)
    shown = redacted(case, disclosure or Disclosure())
    parts = (
        ("made", _made),
        ("found", lambda one: (*shared.what_happened(one), *shared.reach(one))),
        ("done", _done),
        ("people", _people),
    )
    closing = text("record.closing", body=full_name(shown.site.name))
    made = letter(
        shown, "record", parts, (), closing, symbol=SYMBOL, signature=(text("record.signature"),)
    )
    return replace(made, countersignature=(text("record.countersignature"),))


def handover(case: Case, purpose: Purpose, disclosure: Disclosure | None = None) -> Paper:
    """Biên bản bàn giao: which files went to the ward police, with their hashes, on paper or stick.

    `case.files` are the files that are handed over.
    """
    allow(case, purpose)
    shown = redacted(case, disclosure or Disclosure())
    parts = (("parties", _parties), ("about", _about), ("given", _given))
    closing = text("handover.closing", body=full_name(shown.site.name))
    made = letter(
        shown,
        "handover",
        parts,
        (),
        closing,
        symbol=SYMBOL,
        signature=(text("handover.signature"),),
    )
    made = replace(made, countersignature=(text("handover.countersignature"),))
    return _with_files(made, shown)


def _made(case: Case) -> tuple[Field, ...]:
    return (
        forms.must("record", "at", minute(case.prepared_at, zone_of(case))),
        forms.must("record", "place", case.site.address),
        forms.must("record", "maker", case.contacts.it_officer.post),
    )


def _done(case: Case) -> tuple[Field, ...]:
    return (
        forms.may("record", "measures", *shared.measures(case), case.remedy, blank_lines=3),
        forms.may("record", "evidence", *shared.evidence_kept(case)),
        forms.may("record", "consequences", case.data_consequences or case.consequences),
    )


def _people(case: Case) -> tuple[Field, ...]:
    return (
        forms.may("record", "witnesses", case.witnesses, blank_lines=2),
        forms.may("record", "remarks", blank_lines=3),
    )


def _parties(case: Case) -> tuple[Field, ...]:
    return (
        forms.must("handover", "giver", case.site.name, case.contacts.it_officer.post),
        forms.must("handover", "taker", case.contacts.police.post),
        forms.must("handover", "taker-person", blank_lines=2),
        forms.must("handover", "at"),
        forms.must("handover", "place", blank_lines=1),
    )


def _about(case: Case) -> tuple[Field, ...]:
    zone = zone_of(case)
    return (
        forms.must("handover", "incident", f"{case.incident}: {case.title}"),
        forms.must("handover", "detected", minute(case.detected_at, zone)),
    )


def _given(case: Case) -> tuple[Field, ...]:
    count = text("handover.count", count=len(case.files)) if case.files else None
    return (
        forms.must("handover", "files", count),
        forms.must("handover", "medium"),
        forms.may("handover", "remarks", blank_lines=2),
    )


def _with_files(paper: Paper, case: Case) -> Paper:
    if not case.files:
        return paper
    zone = zone_of(case)
    columns = (("number", 6), ("name", 40), ("size", 11), ("made", 15), ("sha256", 32))
    table = Table(
        tuple(Column(text(f"handover.column.{name}"), share) for name, share in columns),
        tuple(
            (
                str(number),
                one.name,
                f"{one.bytes:,}".replace(",", "."),
                short(one.made_at, zone),
                one.sha256,
            )
            for number, one in enumerate(case.files, 1)
        ),
    )
    values = {
        "called": text("handover.called"),
        "symbol": SYMBOL,
        "year": paper.year,
        "body": full_name(case.site.name),
    }
    listed = Appendix(
        text("handover.appendix"),
        text("handover.appendix-title"),
        text("police.appendix.reference", **values),
        (Paragraph(text("handover.appendix-opening")), table),
    )
    others = (replace(one, name=text("handover.appendix-2")) for one in paper.appendices)
    return replace(paper, appendices=(listed, *others))
