"""What is installed on Linux, by every package manager that is there."""

from __future__ import annotations

from collections.abc import Callable

from agent.host.reader import Reader
from agent.parse import packages
from agent.software.source import Source

STATUS = "/var/lib/dpkg/status"
UNITS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
PRINTING: dict[str, Callable[[str], packages.Listing]] = {
    "rpm": packages.rpm,
    "snap": packages.snap,
    "flatpak": packages.flatpak,
}


def sources(reader: Reader) -> tuple[Source, ...]:
    """A manager that is not installed is no source; one that fails is one, and not complete."""
    found = [_dpkg(reader), *(_printed(reader, name) for name in PRINTING)]
    return tuple(one for one in found if one)


def services(reader: Reader) -> tuple[str, ...]:
    """Names of systemd's units."""
    return tuple(name for folder in UNITS for name in reader.names(folder, "remote_access") or ())


def _dpkg(reader: Reader) -> Source | None:
    before = len(reader.gaps)
    tried = Reader(reader.host)
    text = tried.text(STATUS, "packages")
    if tried.gaps:
        # Mostly a list too long to be read: the same by the program, which tells four fields alone.
        text = reader.output("dpkg-query", "packages")
        reader.gaps.extend(() if text else tried.gaps)
    failed = len(reader.gaps) > before
    if text is None:
        return Source("dpkg", (), complete=False) if failed else None
    found = packages.dpkg(text)
    if not found.packages:
        reader.gap("packages", "dpkg: not one package in its list")
    return _listed(reader, "dpkg", found, whole=bool(found.packages) and not failed)


def _printed(reader: Reader, name: str) -> Source | None:
    before = len(reader.gaps)
    text = reader.output(name, "packages")
    if text is None:
        return Source(name, (), complete=False) if len(reader.gaps) > before else None
    return _listed(reader, name, PRINTING[name](text), whole=True)


def _listed(reader: Reader, name: str, found: packages.Listing, *, whole: bool) -> Source:
    if not found.is_whole:
        reader.gap("packages", f"{name}: an entry cannot be read")
    return Source(name, found.packages, complete=whole and found.is_whole)
