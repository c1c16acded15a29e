"""Báo cáo ban đầu: the initial report of an incident to the ward police and the cyber force.

Fields and their order are those of the initial report under Nghị định 331/2026/NĐ-CP as far as
public dossiers tell; what the evidence does not hold stays a dotted line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from alerts.documents.case import Case, Proof
from alerts.documents.instants import minute, short
from alerts.documents.model import (
    Appendix,
    Block,
    Choice,
    Column,
    Field,
    Fields,
    Heading,
    Lines,
    Paper,
    Paragraph,
    Table,
)
from alerts.documents.redaction import Disclosure, redacted
from alerts.documents.texts import named, text
from collector.inventory.model import Contact
from collector.readings import Check, Verdict

Purpose = Literal["real", "drill"]

FOLLOW_UP = "anm-72h"
"""The obligation whose time is announced in the initial report."""


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
    body = shown.site.name
    return Paper(
        kind="police",
        file_name=_file_name(shown),
        issuing_body=issuing_body(body),
        parent=shown.site.parent,
        symbol=shown.documents.symbol,
        place=shown.documents.place,
        year=shown.prepared_at.astimezone(_zone(shown)).year,
        type_name=text("police.type"),
        subject=_subject(shown),
        addressees=_addressees(shown),
        blocks=_blocks(shown),
        note=text("police.mandatory"),
        closing=_closing(shown),
        signature=shown.documents.signature,
        recipients=shown.documents.recipients
        or (text("recipients.as-above"), text("recipients.filed")),
        appendices=_appendices(shown),
        drill=shown.drill,
        prepared_at=shown.prepared_at,
    )


def issuing_body(name: str) -> tuple[str, ...]:
    """A People's Committee stands on two lines, its place on the second; others on one."""
    for prefix in (text("form.body-prefix"), text("form.body-prefix-short")):
        if name.lower().startswith(prefix.lower()):
            return (text("form.body-prefix").strip(), name[len(prefix) :])
    return (name,)


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
    due = _follow_up(case)
    if due is None:
        return text("police.closing", body=case.site.name)
    return text("police.closing-due", body=case.site.name, due=due)


def _blocks(case: Case) -> tuple[Block, ...]:
    opening = _opening(case)
    blocks: list[Block] = [Paragraph(opening)]
    if case.drill:
        blocks.insert(0, Paragraph(text("police.drill-opening"), italic=True))
    first = 1
    for heading, rows in (
        ("organisation", _organisation(case)),
        ("system", _system(case)),
        ("incident", _incident(case)),
        ("asset", _asset(case)),
        ("request", _request(case)),
        ("assessment", _assessment(case)),
    ):
        blocks += [Heading(text(f"police.heading.{heading}")), Fields(rows, first)]
        first += len(rows)
    return tuple(blocks)


def _opening(case: Case) -> str:
    values = {"body": case.site.name, "incident": case.incident}
    if not case.bases:
        return text("police.opening", **values)
    return text("police.bases", bases="; ".join(case.bases), **values)


def _organisation(case: Case) -> tuple[Field, ...]:
    site, contact = case.site, case.contacts.it_officer
    return (
        _must("organisation", site.name),
        _must("address", site.address),
        _must("phone", site.phone),
        _must("email", site.email),
        *_contact(contact),
        _must("operator", site.name),
        _may("governing-body", site.parent),
    )


def _contact(contact: Contact) -> tuple[Field, ...]:
    return (
        _must("contact-name", contact.name),
        _may("contact-post", contact.post),
        _must("contact-phone", contact.phone),
        _must("contact-email", contact.email),
    )


def _system(case: Case) -> tuple[Field, ...]:
    return (
        _may("system-name", case.site.system_name),
        _may("system-level", _level(case)),
        _may("security-provider", case.security_provider),
        _may("internet-provider", *dict.fromkeys(case.internet_providers)),
    )


def _level(case: Case) -> str | None:
    level, decision = case.site.system_level, case.site.system_decision
    if level is None:
        return None
    if decision is None:
        return text("police.value.level-alone", level=level)
    return text("police.value.level", level=level, decision=decision)


def _incident(case: Case) -> tuple[Field, ...]:
    zone = _zone(case)
    detection = text("police.value.detection", how=case.detection, asset=case.subject.asset)
    notified = (
        text("police.value.notified", to=one.to, at=short(one.at, zone), channel=one.channel)
        for one in case.notified
    )
    return (
        _must("description", case.title, case.what, blank_lines=3),
        _must("detected", minute(case.detected_at, zone)),
        _may("happened", minute(case.happened_at, zone) if case.happened_at else None),
        _must("status", case.status, blank_lines=2),
        _must("detection", detection),
        _must("notified", *notified),
    )


def _asset(case: Case) -> tuple[Field, ...]:
    attached = (
        text("police.value.attached", count=len(case.proofs))
        if case.proofs
        else text("police.value.attached-none")
    )
    return (
        _may("os", case.subject.os),
        _may("services", *case.subject.services),
        _may("protection", *_protection(case.subject.checks)),
        _may("public-address", *case.public_addresses),
        _may("domain", *case.domains),
        _may("attached", attached),
    )


def _protection(checks: Iterable[Check]) -> tuple[str, ...]:
    by_verdict: dict[Verdict, list[str]] = {"pass": [], "fail": [], "unknown": []}
    for check in checks:
        by_verdict[check.verdict].append(named("check", check.id))
    return tuple(
        text(f"police.value.protection-{verdict}", checks="; ".join(sorted(names)))
        for verdict, names in by_verdict.items()
        if names
    )


def _request(case: Case) -> tuple[Field, ...]:
    return (
        _choice("confidential", case.confidential),
        _may("proposal", case.proposal, blank_lines=2),
        _must("reported", minute(case.prepared_at, _zone(case))),
    )


def _assessment(case: Case) -> tuple[Field, ...]:
    zone, due, data = _zone(case), _follow_up(case), case.personal_data
    measures = (
        text("police.value.measure", at=short(measure.at, zone), text=measure.text)
        for measure in case.measures
    )
    return (
        _may("severity", *_severity(case)),
        _choice("national-security", case.national_security),
        _choice("interruption", case.serious_interruption),
        _may("measures", *measures, blank_lines=3),
        _may("personal-data-kinds", data.kinds),
        _may("personal-data-subjects", None if data.subjects is None else str(data.subjects)),
        _may("follow-up", text("police.value.follow-up", due=due) if due else None),
    )


def _severity(case: Case) -> tuple[str, ...]:
    lines = [text("police.value.severity", level=named("level", case.level))]
    if case.group:
        lines.append(text("police.value.group", group=named("group", case.group)))
    return (*lines, text("police.value.tag", tag=case.tag))


def _appendices(case: Case) -> tuple[Appendix, ...]:
    if not case.proofs:
        return ()
    zone, body = _zone(case), case.site.name
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


def _must(field: str, *lines: str | None, blank_lines: int = 1) -> Field:
    return Field(text(f"police.field.{field}"), _lines(lines, blank_lines), mandatory=True)


def _may(field: str, *lines: str | None, blank_lines: int = 1) -> Field:
    return Field(text(f"police.field.{field}"), _lines(lines, blank_lines))


def _lines(lines: Iterable[str | None], blank_lines: int) -> Lines:
    return Lines(tuple(line for line in lines if line and line.strip()), blank_lines)


def _choice(field: str, chosen: bool | None) -> Field:
    index = None if chosen is None else int(not chosen)
    return Field(text(f"police.field.{field}"), Choice((text("form.yes"), text("form.no")), index))


def _follow_up(case: Case) -> str | None:
    due = next((duty.due_at for duty in case.duties if duty.id == FOLLOW_UP), None)
    return None if due is None else minute(due, _zone(case))


def _zone(case: Case) -> ZoneInfo:
    return ZoneInfo(case.site.timezone)
