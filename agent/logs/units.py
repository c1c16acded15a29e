"""New services: unit files that were not there at the reading before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.parse.happenings import Happening

FOLDERS = (
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
)
"""Of the administrator, of software installed by hand, of packages (systemd.unit(5))."""
CHANNEL = "systemd"
KINDS = (".service", ".timer", ".socket", ".path")
"""Units that start a program: by themselves, at a time, on a connection, on a changed file."""
SIGNS = 12
"""Of each name's hash: the note stays small, and 300 names never meet."""


def read(reader: Reader, notes: Mapping[str, str]) -> tuple[list[Happening], dict[str, str]]:
    """What is new in each folder. The first time, and after a failed reading, nothing is known as new."""
    found: list[Happening] = []
    marks: dict[str, str] = {}
    for folder in FOLDERS:
        try:
            names = reader.host.names(folder)
        except UnreadableError as problem:
            if not problem.absent:
                reader.gap(CHANNEL, problem.cause)
                continue  # what was known stays known
            names = ()
        known = sorted(_sign(name) for name in names if name.endswith(KINDS))
        before = notes.get(folder)
        if before is not None:
            new = set(known) - set(before.split())
            found += [Happening(reader.host.at, "service-installed", CHANNEL)] * len(new)
        if before != " ".join(known):
            marks[folder] = " ".join(known)
    return found, marks


def _sign(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:SIGNS]
