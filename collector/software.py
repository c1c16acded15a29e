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


class Software(Struct, frozen=True):
    """Probe `software`. None: could not be read; what is missing from a partial list is not gone."""

    packages: Annotated[tuple[Package, ...], Meta(max_length=100_000)] | None = None
    sources: dict[str, Literal["complete", "partial"]] | None = None
    licences: tuple[Licence, ...] | None = None
    remote_access: tuple[str, ...] | None = None


class Installed(Struct, frozen=True):
    """What the live state keeps of `software`: the lists of 10,000 PCs would fill its memory."""

    packages_total: int | None
    whole: bool
    """Every list was read to its end."""
    licences: tuple[Licence, ...] | None
    remote_access: tuple[str, ...] | None


def installed(software: Software) -> Installed:
    """The software of a PC in figures; its list stands in the stored report."""
    packages, sources = software.packages, software.sources or {}
    whole = bool(sources) and "partial" not in sources.values()
    total = None if packages is None else len(packages)
    return Installed(total, whole, software.licences, software.remote_access)
