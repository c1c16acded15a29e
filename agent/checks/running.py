"""Which of a closed list of programs are running; no other process is looked at twice."""

from __future__ import annotations

from agent.host import UnreadableError
from agent.host.reader import Reader


def running(reader: Reader) -> frozenset[str] | None:
    """Names of running processes as /proc/<pid>/comm has them: cut at 15 signs, no arguments."""
    names = reader.names("/proc", "processes")
    if names is None or not any(name.isdigit() for name in names):
        return None  # there is always one: who asks
    found = set()
    for name in names:
        if name.isdigit():
            try:
                told = reader.host.read(f"/proc/{name}/comm").decode("utf-8", "replace").strip()
                if not told.isprintable() or "\N{REPLACEMENT CHARACTER}" in told or not told:
                    reader.gap("processes", f"the name of process {name} cannot be read")
                    return None
                found.add(told)
            except UnreadableError as problem:
                if not problem.absent:
                    reader.missed("processes", problem)
                    return None
                # It ended since it was listed.
    return frozenset(found)
