"""One list of packages that was read, and whether it is the whole of it."""

from __future__ import annotations

from agent.lean import NamedTuple
from agent.parse.firmware import Part


class Source(NamedTuple):
    """Packages as one installer tells them.

    Where a list is not complete, a package that is missing from it need not have been removed.
    """

    name: str
    packages: tuple[Part, ...]
    complete: bool = True


def merged(sources: tuple[Source, ...]) -> list[Part]:
    """All packages once, by name; each tells its first source."""
    seen: dict[tuple[str, str], Part] = {}
    for source in sources:
        for package in source.packages:
            known = (str(package.get("name")), str(package.get("version")))
            seen.setdefault(known, {**package, "source": source.name})
    return [seen[known] for known in sorted(seen, key=lambda pair: (pair[0].lower(), pair))]


def completeness(sources: tuple[Source, ...]) -> dict[str, str]:
    """`{"dpkg": "complete", "snap": "partial"}`."""
    return {one.name: "complete" if one.complete else "partial" for one in sources}
