"""The fields of the initial police report, part by part, in the order of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from alerts.documents import forms
from alerts.documents.case import Case
from alerts.documents.instants import minute, short
from alerts.documents.letter import zone_of
from alerts.documents.model import Field
from alerts.documents.texts import named, text
from collector.inventory.model import Contact, Site
from collector.readings import Check, Verdict

FOLLOW_UP = "anm-72h"
"""The obligation whose time is announced in the initial report."""


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
        _may("system-level", level_of(case.site)),
        _may("security-provider", case.security_provider),
        _may("internet-provider", *dict.fromkeys(case.internet_providers)),
    )


def level_of(site: Site) -> str | None:
    """Level and decision in one line, as the office declared them."""
    level, decision = site.system_level, site.system_decision
    if level is None:
        return None
    if decision is None:
        return text("police.value.level-alone", level=level)
    return text("police.value.level", level=level, decision=decision)


def _incident(case: Case) -> tuple[Field, ...]:
    zone = zone_of(case)
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
        _must("reported", minute(case.prepared_at, zone_of(case))),
    )


def _assessment(case: Case) -> tuple[Field, ...]:
    zone, due, data = zone_of(case), follow_up(case), case.personal_data
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
    lines = [text("police.value.severity", level=case.level)]
    if case.group:
        lines.append(text("police.value.group", group=named("group", case.group)))
    return (*lines, text("police.value.tag", tag=case.tag))


def _must(field: str, *lines: str | None, blank_lines: int = 1) -> Field:
    return forms.must("police", field, *lines, blank_lines=blank_lines)


def _may(field: str, *lines: str | None, blank_lines: int = 1) -> Field:
    return forms.may("police", field, *lines, blank_lines=blank_lines)


def _choice(field: str, chosen: bool | None) -> Field:
    return forms.yes_or_no("police", field, chosen)


def follow_up(case: Case) -> str | None:
    """When the report after this one is due, in full."""
    due = next((duty.due_at for duty in case.duties if duty.id == FOLLOW_UP), None)
    return None if due is None else minute(due, zone_of(case))


PARTS: tuple[tuple[str, Callable[[Case], tuple[Field, ...]]], ...] = (
    ("organisation", _organisation),
    ("system", _system),
    ("incident", _incident),
    ("asset", _asset),
    ("request", _request),
    ("assessment", _assessment),
)
"""The parts of the form in their order: the key of the heading, and what fills the fields."""
