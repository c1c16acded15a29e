"""What every paper on an incident shares: its head, its purpose, its appendix of evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from alerts.documents.case import Case, Proof
from alerts.documents.instants import short
from alerts.documents.letterhead import full_name, issuing_body, recipients
from alerts.documents.model import (
    Appendix,
    Block,
    Column,
    Field,
    Fields,
    Heading,
    Paper,
    Paragraph,
    Table,
)
from alerts.documents.texts import named, text

Purpose = Literal["real", "drill"]
Parts = Sequence[tuple[str, Callable[[Case], tuple[Field, ...]]]]
"""The parts of a form in their order: the key of the heading, and what fills the fields."""


class PurposeError(Exception):
    """A drill was asked for as a real report, or a real incident as a drill."""


def allow(case: Case, purpose: Purpose) -> None:
    """Raises PurposeError before a drill can leave the office as real."""
    if case.drill and purpose == "real":
        raise PurposeError(
            f"incident {case.incident} is a drill: it cannot be exported as a real report, "
            "only as a drill marked DIỄN TẬP"
        )
    if purpose == "drill" and not case.drill:
        raise PurposeError(f"incident {case.incident} is real: it cannot be exported as a drill")


def letter(
    case: Case,
    kind: str,
    parts: Parts,
    addressees: tuple[str, ...],
    closing: str,
    *,
    symbol: str | None = None,
    signature: tuple[str, ...] | None = None,
) -> Paper:
    """A paper on one incident whose texts stand under `kind` and whose body is a form.

    The case must have been redacted; the symbol is the office's own where none is given.
    """
    symbol = symbol or case.documents.symbol
    return Paper(
        kind=kind,
        file_name=file_name(case, kind),
        issuing_body=issuing_body(case.site.name),
        parent=case.site.parent,
        symbol=symbol,
        place=case.documents.place,
        year=case.prepared_at.astimezone(zone_of(case)).year,
        type_name=text(f"{kind}.type"),
        subject=_subject(case, kind),
        addressees=addressees,
        blocks=_blocks(case, kind, parts),
        note=text("police.mandatory"),
        closing=closing,
        signature=case.documents.signature if signature is None else signature,
        recipients=recipients(case.documents, addressees),
        appendices=evidence(case, text(f"{kind}.called"), symbol),
        drill=case.drill,
        prepared_at=case.prepared_at,
    )


def file_name(case: Case, kind: str) -> str:
    """`bao-cao-ban-dau-sc-2026-0001`; a drill's begins with `dien-tap-`."""
    name = text(f"{kind}.file", incident=case.incident)
    name = f"dien-tap-{name}" if case.drill else name
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _subject(case: Case, kind: str) -> str:
    subject = text(f"{kind}.subject", body=case.site.name, incident=case.incident)
    return text("police.drill-subject", subject=subject) if case.drill else subject


def _blocks(case: Case, kind: str, parts: Parts) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(_opening(case, kind))]
    if case.drill:
        blocks.insert(0, Paragraph(text("police.drill-opening"), italic=True))
    first = 1
    for heading, fields in parts:
        rows = fields(case)
        blocks += [Heading(text(f"{kind}.heading.{heading}")), Fields(rows, first)]
        first += len(rows)
    return tuple(blocks)


def _opening(case: Case, kind: str) -> str:
    values = {"body": full_name(case.site.name), "incident": case.incident}
    if not case.bases:
        return text(f"{kind}.opening", **values)
    return text(f"{kind}.bases", bases="; ".join(case.bases), **values)


def evidence(case: Case, called: str, symbol: str) -> tuple[Appendix, ...]:
    """Each record that the incident rests on, with its number and hash; `called` names the paper."""
    if not case.proofs:
        return ()
    zone, body = zone_of(case), full_name(case.site.name)
    columns = (("number", 6), ("received", 18), ("asset", 16), ("observed", 30), ("record", 30))
    table = Table(
        tuple(Column(text(f"police.appendix.{name}"), share) for name, share in columns),
        tuple(_proof(number, proof, zone) for number, proof in enumerate(case.proofs, 1)),
    )
    reference = text(
        "police.appendix.reference",
        called=called,
        symbol=symbol,
        year=case.prepared_at.astimezone(zone).year,
        body=body,
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


def zone_of(case: Case) -> ZoneInfo:
    """Papers tell the office's own time."""
    return ZoneInfo(case.site.timezone)
