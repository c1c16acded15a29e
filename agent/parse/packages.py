"""The lists that package managers of Linux keep or print."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.lean import NamedTuple
from agent.parse.firmware import Part, told
from agent.parse.lines import whole

NONE = "(none)"
STATES = frozenset(
    [
        "not-installed",
        "config-files",
        "half-installed",
        "unpacked",
        "half-configured",
        "triggers-awaited",
        "triggers-pending",
        "installed",
    ]
)
"""The third word of `Status` (dpkg(1))."""
SNAP_COLUMNS = 5
SNAP_HEADING = ("Name", "Version", "Rev")


class Listing(NamedTuple):
    """Packages, and whether every entry of the list could be read."""

    packages: tuple[Part, ...]
    is_whole: bool = True


def dpkg(text: str) -> Listing:
    """/var/lib/dpkg/status, or what dpkg-query prints of it in the same form.

    The maintainer is left out: often a private person, with an address.
    """
    found, whole_list = [], True
    for block in filter(str.strip, text.split("\n\n")):
        stanza = f"\n{block}\n"
        name, status = field(stanza, "Package"), field(stanza, "Status").split()
        if not name or len(status) != 3 or status[2] not in STATES:
            whole_list = False
        # Of a package that was removed, its settings may still be kept, and listed.
        elif status[2] == "installed":
            version, publisher = field(stanza, "Version"), field(stanza, "Origin")
            found.append(told(name=name, version=version, publisher=publisher))
    return Listing(tuple(found), whole_list)


def field(stanza: str, name: str) -> str:
    """One field of an entry between line ends, by the bare search for its line.

    A tenth of what a pattern over a megabyte costs.
    """
    _, found, rest = stanza.partition(f"\n{name}:")
    return rest[: rest.index("\n")].strip() if found else ""


def rpm(text: str) -> Listing:
    """Lines of name, version, vendor and time of installing, with tabs between them."""
    found, whole_list = [], True
    for line in filter(str.strip, text.splitlines()):
        fields = [*line.split("\t"), "", "", ""]
        if not fields[0] or "\t" not in line:
            whole_list = False
        elif fields[0] != "gpg-pubkey":  # a signing key, listed like a package
            found.append(
                told(
                    name=fields[0],
                    version=fields[1],
                    publisher=None if fields[2] == NONE else fields[2],
                    installed_at=_day(whole(fields[3])),
                )
            )
    return Listing(tuple(found), whole_list)


def snap(text: str) -> Listing:
    """`snap list`: columns with blanks between them, below a heading; nothing where there is none."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if not lines or tuple(lines[0][:3]) != SNAP_HEADING:
        return Listing((), is_whole=not lines)
    rows = [row for row in lines[1:] if len(row) >= SNAP_COLUMNS]
    found = (told(name=row[0], version=row[1], publisher=row[4].rstrip("*✓✪")) for row in rows)
    return Listing(tuple(found), len(rows) == len(lines) - 1)


def flatpak(text: str) -> Listing:
    """`flatpak list --columns=name,version,origin`, with tabs between them."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = [[*line.split("\t"), ""] for line in lines if not line.startswith("\t") and "\t" in line]
    found = (told(name=row[0], version=row[1], publisher=row[2]) for row in rows)
    return Listing(tuple(found), len(rows) == len(lines))


def _day(seconds: int | None) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
