"""Báo cáo ban đầu: the initial report of an incident to the ward police and the cyber force.

Fields and their order are those of the initial report under Nghị định 331/2026/NĐ-CP as far as
public dossiers tell; what the evidence does not hold stays a dotted line.
"""

from __future__ import annotations

import re
from typing import Literal
from zoneinfo import ZoneInfo

from alerts.documents.case import Case, Proof
from alerts.documents.instants import short
from alerts.documents.letterhead import full_name, issuing_body, recipients
from alerts.documents.model import (
    Appendix,
    Block,
    Column,
    Fields,
    Heading,
    Paper,
    Paragraph,
    Table,
)
from alerts.documents.police_fields import PARTS, follow_up, zone_of
from alerts.documents.redaction import Disclosure, redacted
from alerts.documents.texts import named, text

Purpose = Literal["real", "drill"]


class PurposeError(Exception):
    """A drill was asked for as a real report, or a real incident as a drill."""


def police(case: Case, purpose: Purpose, disclosure: Disclosure | None = None) -> Paper:
    """The initial report. Raises PurposeError before a drill can leave the office as real."""
    if case.drill and purpose == "real":
        raise PurposeError(
            f"incident {case.incident} is a drill: it cannot be exported as a real report, "
            "only as a drill marked DIỄN TẬP"
        )
    if purpose == "drill" and not case.drill:
        raise PurposeError(f"incident {case.incident} is real: it cannot be exported as a drill")
    shown = redacted(case, disclosure or Disclosure())
    return Paper(
        kind="police",
        file_name=_file_name(shown),
        issuing_body=issuing_body(shown.site.name),
        parent=shown.site.parent,
        symbol=shown.documents.symbol,
        place=shown.documents.place,
        year=shown.prepared_at.astimezone(zone_of(shown)).year,
        type_name=text("police.type"),
        subject=_subject(shown),
        addressees=_addressees(shown),
        blocks=_blocks(shown),
        note=text("police.mandatory"),
        closing=_closing(shown),
        signature=shown.documents.signature,
        recipients=recipients(shown.documents),
        appendices=_appendices(shown),
        drill=shown.drill,
        prepared_at=shown.prepared_at,
    )


def _file_name(case: Case) -> str:
    name = text("police.file-drill" if case.drill else "police.file", incident=case.incident)
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _subject(case: Case) -> str:
    subject = text("police.subject", body=case.site.name)
    return text("police.drill-subject", subject=subject) if case.drill else subject


def _addressees(case: Case) -> tuple[str, ...]:
    force = case.contacts.cyber_force
    return (case.contacts.police.post, *([force.post] if force else []))


def _closing(case: Case) -> str:
    body, due = full_name(case.site.name), follow_up(case)
    if due is None:
        return text("police.closing", body=body)
    return text("police.closing-due", body=body, due=due)


def _blocks(case: Case) -> tuple[Block, ...]:
    opening = _opening(case)
    blocks: list[Block] = [Paragraph(opening)]
    if case.drill:
        blocks.insert(0, Paragraph(text("police.drill-opening"), italic=True))
    first = 1
    for heading, fields in PARTS:
        rows = fields(case)
        blocks += [Heading(text(f"police.heading.{heading}")), Fields(rows, first)]
        first += len(rows)
    return tuple(blocks)


def _opening(case: Case) -> str:
    values = {"body": full_name(case.site.name), "incident": case.incident}
    if not case.bases:
        return text("police.opening", **values)
    return text("police.bases", bases="; ".join(case.bases), **values)


def _appendices(case: Case) -> tuple[Appendix, ...]:
    if not case.proofs:
        return ()
    zone, body = zone_of(case), full_name(case.site.name)
    columns = (("number", 6), ("received", 18), ("asset", 16), ("observed", 30), ("record", 30))
    table = Table(
        tuple(Column(text(f"police.appendix.{name}"), share) for name, share in columns),
        tuple(_proof(number, proof, zone) for number, proof in enumerate(case.proofs, 1)),
    )
    year = case.prepared_at.astimezone(zone).year
    reference = text(
        "police.appendix.reference", symbol=case.documents.symbol, year=year, body=body
    )
    opening = Paragraph(text("police.appendix.opening", body=body))
    name, title = text("police.appendix.name"), text("police.appendix.title")
    return (Appendix(name, title, reference, (opening, table)),)


def _proof(number: int, proof: Proof, zone: ZoneInfo) -> tuple[str, ...]:
    observed = text(
        "police.appendix.observed-of",
        kind=named("reading", proof.kind),
        observed=proof.observed,
    )
    record = (
        text("police.appendix.record-of", report=proof.report, sha256=proof.sha256)
        if proof.report is not None and proof.sha256
        else text("police.appendix.record-unknown")
    )
    return (str(number), short(proof.received_at, zone), proof.asset, observed, record)
