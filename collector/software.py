"""What is installed on a PC, as the collector trusts it: the section `software`, typed at the door."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class Package(Struct, frozen=True):
    """One piece of installed software, once by name and version."""

    name: str
    version: str | None = None
    publisher: str | None = None
    installed_at: str | None = None
    category: str | None = None
    source: str | None = None


class Licence(Struct, frozen=True):
    """One licence of Windows or Office; of its key the last five signs alone."""

    name: str | None = None
    edition: str | None = None
    channel: str | None = None
    ending: Annotated[str, Meta(max_length=5)] | None = None
    status: str | None = None
    product_id: str | None = None
    valid_until: str | None = None
    activation_server: str | None = None


class Autorun(Struct, frozen=True):
    """One thing that starts by itself, as `agent.software.autorun` names it."""

    name: Annotated[str, Meta(max_length=200)]
    program: Annotated[str, Meta(max_length=200)] | None = None
    place: str | None = None
    """What kind of folder the program lies in."""
    source: str | None = None
    enabled: bool | None = None


Autoruns = Annotated[tuple[Autorun, ...], Meta(max_length=10_000)] | None


class Starts(Struct, frozen=True):
    """By kind; None: there is nothing of the kind on this system, or it could not be read."""

    machine: Autoruns = None
    signed_in: Autoruns = None
    services: Autoruns = None
    tasks: Autoruns = None
    subscriptions: Autoruns = None
    units: Autoruns = None
    cron: Autoruns = None
    desktop: Autoruns = None


class Software(Struct, frozen=True):
    """Probe `software`. None: could not be read; what is missing from a partial list is not gone."""

    packages: Annotated[tuple[Package, ...], Meta(max_length=100_000)] | None = None
    sources: dict[str, Literal["complete", "partial"]] | None = None
    licences: tuple[Licence, ...] | None = None
    remote_access: tuple[str, ...] | None = None
    autoruns: Starts | None = None


class Installed(Struct, frozen=True):
    """What the live state keeps of `software`: the lists of 10,000 PCs would fill its memory."""

    packages_total: int | None
    whole: bool
    """Every list was read to its end."""
    licences: tuple[Licence, ...] | None
    remote_access: tuple[str, ...] | None
    autoruns_total: int | None = None
    """How many things start by themselves; None: an agent that does not tell."""


def installed(software: Software) -> Installed:
    """The software of a PC in figures; its list stands in the stored report."""
    packages, sources = software.packages, software.sources or {}
    whole = bool(sources) and "partial" not in sources.values()
    total = None if packages is None else len(packages)
    return Installed(
        total, whole, software.licences, software.remote_access, _autoruns(software.autoruns)
    )


def _autoruns(starts: Starts | None) -> int | None:
    if starts is None:
        return None
    return sum(len(getattr(starts, kind) or ()) for kind in starts.__struct_fields__)
