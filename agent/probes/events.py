"""What happened on the PC since it was last asked: each entry of a log is told exactly once."""

from __future__ import annotations

from collections.abc import Mapping

from agent.host import Host
from agent.host.reader import Reader
from agent.logs import journal, texts, units
from agent.parse.happenings import Happening, section
from agent.report import Reading
from agent.windows import events as channels

NOTE = "events:"
"""How the spool calls the marks, one for each log."""


def probe(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    """`notes` are the marks of the reading before, as the spool keeps them; none: the last day."""
    reader = Reader(host)
    given = {name.removeprefix(NOTE): mark for name, mark in (notes or {}).items()}
    read = channels.read if host.system == "windows" else _linux
    found, marks = read(reader, given)
    kept = {f"{NOTE}{name}": mark for name, mark in marks.items()}
    return Reading(section(found), tuple(reader.gaps), kept)


def _linux(
    reader: Reader, notes: Mapping[str, str]
) -> tuple[tuple[Happening, ...], dict[str, str]]:
    signed = journal.read(reader, notes) or texts.sign_ins(reader, notes)
    if signed is None:
        reader.gap("journal", "neither a journal nor a log of sign-ins is kept on this PC")
    told = [one for one in (signed, texts.finds(reader, notes), units.read(reader, notes)) if one]
    marks = {name: mark for _, part in told for name, mark in part.items()}
    return tuple(one for found, _ in told for one in found), marks
