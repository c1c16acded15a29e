"""What happened on the PC since it was last asked: each entry of a log is told exactly once."""

from __future__ import annotations

from collections.abc import Mapping

from agent.host import Host
from agent.host.reader import Reader
from agent.parse.happenings import Happening, section
from agent.report import Reading

NOTE = "events:"
"""How the spool calls the marks, one for each log."""


def probe(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    """`notes` are the marks of the reading before, as the spool keeps them; none: the last day."""
    reader = Reader(host)
    given = {name.removeprefix(NOTE): mark for name, mark in (notes or {}).items()}
    if host.system == "windows":
        from agent.windows import events

        found, marks = events.read(reader, given)
    else:
        found, marks = _linux(reader, given)
    kept = {f"{NOTE}{name}": mark for name, mark in marks.items()}
    return Reading(section(found), tuple(reader.gaps), kept)


def _linux(
    reader: Reader, notes: Mapping[str, str]
) -> tuple[tuple[Happening, ...], dict[str, str]]:
    from agent.logs import journal, texts, units

    signed = journal.read(reader, notes) or texts.sign_ins(reader, notes)
    if signed is None:
        reader.gap("journal", "neither a journal nor a log of sign-ins is kept on this PC")
    told = [one for one in (signed, texts.finds(reader, notes), units.read(reader, notes)) if one]
    marks = {name: mark for _, part in told for name, mark in part.items()}
    return tuple(one for found, _ in told for one in found), marks
