"""A case: all that is known of one incident, as a paper about it needs it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from collector.inventory.model import Contacts, Documents, Site
from collector.readings import Check


class Subject(Struct, frozen=True):
    """The asset that the incident is about, as last read. None: was not read."""

    asset: str
    os: str | None = None
    """Name and version in one line."""
    services: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


class Proof(Struct, frozen=True):
    """One reading that the incident rests on, and what makes it verifiable."""

    asset: str
    kind: str
    observed: str
    received_at: datetime
    report: int | None = None
    """Row in `reports`."""
    sha256: str | None = None
    """Of the report's own JSON, in hexadecimal."""


class Duty(Struct, frozen=True):
    """One obligation with its clock, as `alerts` computed it."""

    id: str
    due_at: datetime


class Measure(Struct, frozen=True):
    """One thing that was done, from the incident's notes."""

    at: datetime
    text: str


class Notified(Struct, frozen=True):
    """One notice that was proved to be sent."""

    to: str
    at: datetime
    channel: str


class Enclosed(Struct, frozen=True):
    """One file that goes with a paper."""

    name: str
    bytes: int
    sha256: str
    made_at: datetime


class PersonalData(Struct, frozen=True):
    """Personal data that the incident touched. None: not known."""

    kinds: str | None = None
    subjects: int | None = None


class Case(Struct, frozen=True, kw_only=True):
    """One incident with its evidence. What nobody knows stays empty and is never invented."""

    # As declared; printed as it stands.
    site: Site
    contacts: Contacts
    documents: Documents
    # As observed and noted; internal addresses and user names are struck out before printing.
    incident: str
    detected_at: datetime
    """T0."""
    happened_at: datetime | None = None
    prepared_at: datetime
    """When the paper is made: `now` of the export."""
    tag: str
    """Reference Security Incident Taxonomy."""
    group: Literal["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9"] | None = None
    level: Literal["M1", "M2", "M3", "M4"]
    title: str
    what: str
    status: str
    """How things stand now."""
    detection: str
    """What noticed it: the rule's title, or who told."""
    subject: Subject
    proofs: tuple[Proof, ...] = ()
    duties: tuple[Duty, ...] = ()
    measures: tuple[Measure, ...] = ()
    notified: tuple[Notified, ...] = ()
    security_provider: str | None = None
    internet_providers: tuple[str, ...] = ()
    public_addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    """Laws and decrees, each with number and date, that were in force at T0."""
    confidential: bool | None = None
    proposal: str | None = None
    national_security: bool | None = None
    serious_interruption: bool | None = None
    personal_data: PersonalData = PersonalData()
    cause: str | None = None
    cause_certain: bool | None = None
    scope: str | None = None
    remedy: str | None = None
    restored_at: datetime | None = None
    consequences: str | None = None
    lessons: str | None = None
    machines: int | None = None
    """How many were concerned."""
    interruption_hours: float | None = None
    data_consequences: str | None = None
    late_reason: str | None = None
    custodian: str | None = None
    """Who keeps the evidence."""
    witnesses: str | None = None
    ended_at: datetime | None = None
    files: tuple[Enclosed, ...] = ()
    """What is handed over beside the paper."""
    user_names: tuple[str, ...] = ()
    """Names of accounts and persons that must not leave the office."""
    drill: bool = False
    """`test:test`."""


DECLARED = ("site", "contacts", "documents")
"""Fields of a case that the office itself wrote to be printed: nothing in them is struck out."""
