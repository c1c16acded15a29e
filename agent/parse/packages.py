"""The lists that package managers of Linux keep or print."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.parse.firmware import Part, told
from agent.parse.lines import whole

NONE = "(none)"
SNAP_HEADING = ("Name", "Version", "Rev")


def dpkg(text: str) -> tuple[Part, ...]:
    """/var/lib/dpkg/status, or what dpkg-query prints of it in the same form.

    The maintainer is left out: often a private person, with an address.
    """
    found = []
    for block in text.split("\n\n"):
        stanza = f"\n{block}\n"
        name = _field(stanza, "Package")
        # Of a package that was removed, its settings may still be kept, and listed.
        if name and _field(stanza, "Status").split()[-1:] == ["installed"]:
            version, publisher = _field(stanza, "Version"), _field(stanza, "Origin")
            found.append(told(name=name, version=version, publisher=publisher))
    return tuple(found)


def _field(stanza: str, name: str) -> str:
    """By the bare search for its line: a tenth of what a pattern over a megabyte costs."""
    _, found, rest = stanza.partition(f"\n{name}:")
    return rest[: rest.index("\n")].strip() if found else ""


def rpm(text: str) -> tuple[Part, ...]:
    """Lines of name, version, vendor and time of installing, with tabs between them."""
    found = []
    for line in text.splitlines():
        fields = [*line.split("\t"), "", "", ""]
        if "\t" in line and fields[0] != "gpg-pubkey":  # a signing key, listed like a package
            found.append(
                told(
                    name=fields[0],
                    version=fields[1],
                    publisher=None if fields[2] == NONE else fields[2],
                    installed_at=_day(whole(fields[3])),
                )
            )
    return tuple(found)


def snap(text: str) -> tuple[Part, ...]:
    """`snap list`: columns with blanks between them, below a heading."""
    lines = [line.split() for line in text.splitlines()]
    if not lines or tuple(lines[0][:3]) != SNAP_HEADING:
        return ()
    return tuple(
        told(name=row[0], version=row[1], publisher=row[4].rstrip("*✓✪"))
        for row in lines[1:]
        if len(row) >= 5
    )


def flatpak(text: str) -> tuple[Part, ...]:
    """`flatpak list --columns=name,version,origin`, with tabs between them."""
    rows = ([*line.split("\t"), "", ""] for line in text.splitlines() if line.strip())
    return tuple(told(name=row[0], version=row[1], publisher=row[2]) for row in rows)


def _day(seconds: int | None) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
