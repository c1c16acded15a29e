"""What a service is that was installed: what the autoruns say of one, and no account's name."""

from __future__ import annotations

from collections.abc import Iterable

from agent.host import Event
from agent.host.reader import Reader
from agent.parse import windows_commands
from agent.parse.happenings import Service
from agent.software.autorun import entry
from agent.windows.profiles import homes, named, plain


def accounts(reader: Reader, channel: str) -> tuple[str, ...] | None:
    """Names that are not to be told; None where they are not known."""
    found = homes(reader, channel)
    return None if found is None else named(found)


def service(event: Event, hidden: Iterable[str] | None) -> Service:
    """Of event 7045: ServiceName is what services.msc shows, ImagePath the command.

    Where the accounts could not be read, any name may hold one: the place alone is told.
    """
    start = windows_commands.service(event.data.get("ImagePath", ""))
    if hidden is None:
        return Service(None, None, start.place)
    program = start.program and plain(start.program, hidden)
    row = entry(plain(event.data.get("ServiceName", ""), hidden), start._replace(program=program))
    return Service(row["name"], row.get("program"), row.get("place"))
