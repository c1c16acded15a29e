"""Fields that several papers on an incident share: who, which system, what, when, what remains."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.documents import forms
from alerts.documents.case import Case
from alerts.documents.instants import minute, short
from alerts.documents.letter import zone_of
from alerts.documents.model import Field
from alerts.documents.police_fields import level_of
from alerts.documents.texts import named, text

FORM = "incident"
"""Whose labels these fields bear."""


def organisation(case: Case) -> tuple[Field, ...]:
    """Who reports, and whom to ask."""
    site, contact = case.site, case.contacts.it_officer
    return (
        forms.must(FORM, "organisation", site.name),
        forms.must(FORM, "address", site.address),
        forms.may(FORM, "phone-email", f"{site.phone}; {site.email}"),
        forms.must(FORM, "contact", "; ".join(filter(None, (contact.name, contact.post)))),
        forms.must(FORM, "contact-reach", "; ".join(filter(None, (contact.phone, contact.email)))),
    )


def system(case: Case) -> tuple[Field, ...]:
    """The information system as it was classified."""
    return (
        forms.may(FORM, "system-name", case.site.system_name),
        forms.may(FORM, "system-level", level_of(case.site)),
    )


def what_happened(case: Case) -> tuple[Field, ...]:
    """Name, description, moment, class."""
    zone = zone_of(case)
    happened = minute(case.happened_at, zone) if case.happened_at else None
    return (
        forms.must(FORM, "description", case.title, case.what, blank_lines=3),
        forms.must(FORM, "detected", minute(case.detected_at, zone)),
        forms.may(FORM, "happened", happened),
        forms.may(FORM, "class", _class(case)),
        forms.must(FORM, "status", case.status),
    )


def reach(case: Case) -> tuple[Field, ...]:
    """How far it went: machines, data, persons, hours."""
    data = case.personal_data
    return (
        forms.must(FORM, "assets", _assets(case), case.scope),
        forms.may(FORM, "data", data.kinds),
        forms.may(FORM, "persons", None if data.subjects is None else str(data.subjects)),
        forms.may(FORM, "interruption", hours(case.interruption_hours)),
    )


def measures(case: Case) -> tuple[str, ...]:
    """What was done, a line each."""
    zone = zone_of(case)
    return tuple(
        text("police.value.measure", at=short(one.at, zone), text=one.text) for one in case.measures
    )


def sent_before(case: Case) -> Iterator[str]:
    """Which notices were proved to be sent."""
    zone = zone_of(case)
    for one in case.notified:
        yield text("police.value.notified", to=one.to, at=short(one.at, zone), channel=one.channel)


def evidence_kept(case: Case) -> tuple[str, ...]:
    """What is kept, and by whom."""
    count = text("incident.value.evidence", count=len(case.proofs))
    keeper = case.custodian or case.contacts.it_officer.post
    return (count, text("incident.value.custodian", keeper=keeper))


def hours(value: float | None) -> str | None:
    """Hours in words, or None."""
    if value is None:
        return None
    return text("incident.value.hours", hours=f"{value:g}".replace(".", ","))


def _assets(case: Case) -> str:
    if case.machines is None:
        return text("incident.value.asset", asset=case.subject.asset)
    return text("incident.value.assets", asset=case.subject.asset, count=case.machines)


def _class(case: Case) -> str:
    parts = [text("police.value.severity", level=case.level)]
    if case.group:
        parts.append(text("police.value.group", group=named("group", case.group)))
    return " ".join(parts)
