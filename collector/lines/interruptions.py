"""The interruptions of the lines as rows: found among the looks, each with its cause and the votes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from collector import sections, wire
from collector.inventory.model import Inventory, Line
from collector.line_readings import LineReading, LineVote
from collector.lines import ledger
from collector.lines.around import around, worse
from collector.lines.availability import Span, spans
from collector.lines.blame import Around, Blame, Observer, Party, blame
from collector.lines.tables import interruptions
from collector.lines.votes import judged, of_look, of_vote, own_asset, voters
from collector.state import Machine, State
from collector.store.tables import agents, reports

BACK = timedelta(hours=24)
LATE = timedelta(minutes=30)
"""PCs that were cut off tell what they saw once they are back; so long they are waited for."""
SKEW = timedelta(seconds=90)
"""A PC whose clock is further off cannot say when it looked."""


class Interruption(Struct, frozen=True):
    """One interruption of one line."""

    id: int
    line: str
    began_at: datetime
    ended_at: datetime | None
    party: Party
    because: str
    subject: str | None = None
    votes: tuple[Observer, ...] = ()
    """The collector's own look first."""
    judged_at: datetime | None = None
    around: Around = Around()
    """What devices told while it lasted."""

    def seconds(self, now: datetime) -> float:
        """How long it lasted, or has lasted until now."""
        return ((self.ended_at or now) - self.began_at).total_seconds()


def follow(connection: Connection, inventory: Inventory, state: State, now: datetime) -> None:
    """Bring the rows in step with the looks, and judge anew what may still become clearer."""
    for line in inventory.lines:
        open_now = _open(connection, line.id)
        first = min(now - BACK, open_now.began_at if open_now else now)
        looks = ledger.looks(connection, line.id, first, now + timedelta(seconds=1))
        for span in spans(looks):
            _follow(connection, inventory, line, span, state, now)


def recent(connection: Connection, line: str, since: datetime) -> tuple[Interruption, ...]:
    """A line's interruptions that began since then or still last, newest first."""
    rows = connection.execute(
        select(interruptions)
        .where(interruptions.c.line == line)
        .where((interruptions.c.began_at >= since) | interruptions.c.ended_at.is_(None))
        .order_by(interruptions.c.began_at.desc())
    )
    return tuple(map(_interruption, rows))


def during(
    connection: Connection, line: str, first: datetime, last: datetime
) -> tuple[Interruption, ...]:
    """A line's interruptions of which some part lies between two instants, oldest first."""
    rows = connection.execute(
        select(interruptions)
        .where(interruptions.c.line == line, interruptions.c.began_at < last)
        .where((interruptions.c.ended_at > first) | interruptions.c.ended_at.is_(None))
        .order_by(interruptions.c.began_at, interruptions.c.id)
    )
    return tuple(map(_interruption, rows))


def one(connection: Connection, id: int) -> Interruption | None:
    """The interruption of that number."""
    row = connection.execute(select(interruptions).where(interruptions.c.id == id)).first()
    return _interruption(row) if row else None


def cited(connection: Connection) -> frozenset[int]:
    """The reports that verdicts rest on: they are kept as long as the interruption is."""
    rows = connection.execute(select(interruptions))
    return frozenset(
        vote.report for row in rows for vote in _interruption(row).votes if vote.report is not None
    )


def _open(connection: Connection, line: str) -> Interruption | None:
    row = connection.execute(
        select(interruptions)
        .where(interruptions.c.line == line, interruptions.c.ended_at.is_(None))
        .order_by(interruptions.c.began_at)
    ).first()
    return _interruption(row) if row else None


def _follow(
    connection: Connection,
    inventory: Inventory,
    line: Line,
    span: Span,
    state: State,
    now: datetime,
) -> None:
    row = connection.execute(
        select(interruptions).where(
            interruptions.c.line == line.id, interruptions.c.began_at == span.began_at
        )
    ).first()
    known = _interruption(row) if row else None
    if known and known.ended_at and now - known.ended_at > LATE:
        return
    seen = known.around if known else Around()
    if span.ended_at is None:  # what devices tell later is of another time
        seen = worse(seen, around(inventory, line, state, span.began_at, now))
    found, votes = _verdict(connection, inventory, line, span, state, now, seen)
    if known and found.party == "unknown" and known.party != "unknown":
        found, votes = Blame(known.party, known.because, known.subject), known.votes
    _keep(connection, line.id, span, found, (votes, seen), now, known)


def _verdict(
    connection: Connection,
    inventory: Inventory,
    line: Line,
    span: Span,
    state: State,
    now: datetime,
    devices: Around,
) -> tuple[Blame, tuple[Observer, ...]]:
    asset = own_asset(inventory)
    if span.ended_at is None:
        readings = state.lines.get(line.id, ())
        if not readings or readings[0].up:
            return Blame("unknown", "nobody-looks"), ()
        found, votes = judged(inventory, line, readings, state.machines, now, devices)
        return found, (of_look(readings[0], asset), *votes)
    readings = ledger.between(connection, line.id, span.began_at, span.ended_at)
    if not readings:
        return Blame("unknown", "nobody-looks"), ()
    look = of_look(_worst(readings), asset)
    during = _votes_during(connection, line, span, state.machines, asset)
    expected = [one for one in voters(inventory, line, state.machines, now) if one != asset]
    lasted = (span.ended_at - span.began_at).total_seconds()
    return blame(look, during, devices, lasted, len(expected)), (look, *during)


def _worst(readings: Sequence[LineReading]) -> LineReading:
    """The last look of an interruption: by then whatever broke had broken."""
    return readings[-1]


def _votes_during(
    connection: Connection,
    line: Line,
    span: Span,
    machines: Mapping[str, Machine],
    own: str,
) -> tuple[Observer, ...]:
    """Each PC's last vote from within the interruption, by its own sound clock."""
    rows = connection.execute(
        select(reports.c.id, reports.c.at, reports.c.body, agents.c.asset)
        .join(agents, agents.c.id == reports.c.agent)
        .where(reports.c.kind == "line", agents.c.state == "approved")
        .where(reports.c.at >= span.began_at, reports.c.at < span.ended_at)
        .where(reports.c.received_at >= span.began_at)
        .order_by(reports.c.at)
    )
    found: dict[str, Observer] = {}
    for row in rows:
        machine = machines.get(row.asset) if row.asset != own else None
        vote = _vote(row.body) if machine and _is_sound(machine) else None
        observer = of_vote(row.asset, row.id, vote, line) if vote else None
        if observer:
            found[row.asset] = observer
    return tuple(found.values())


def _vote(body: str) -> LineVote | None:
    try:
        told = sections.typed("line", wire.report(body).section)
    except (wire.WireError, sections.SectionError):
        return None
    return told if isinstance(told, LineVote) else None


def _is_sound(machine: Machine) -> bool:
    newest = machine.load
    return newest is not None and abs(newest.at - newest.received_at) < SKEW


def _keep(
    connection: Connection,
    line: str,
    span: Span,
    found: Blame,
    seen: tuple[tuple[Observer, ...], Around],
    now: datetime,
    known: Interruption | None,
) -> None:
    votes, devices = seen
    values: dict[str, Any] = {
        "ended_at": span.ended_at,
        "party": found.party,
        "because": found.because,
        "subject": found.subject,
        "evidence": msgspec.json.encode(votes).decode(),
        "around": msgspec.json.encode(devices).decode(),
    }
    if known is None:
        added = {"line": line, "began_at": span.began_at, "judged_at": now}
        connection.execute(insert(interruptions).values(**added, **values))
        return
    before = (known.ended_at, known.party, known.because, known.subject, known.votes, known.around)
    after = (span.ended_at, found.party, found.because, found.subject, votes, devices)
    if before != after:
        connection.execute(
            update(interruptions)
            .where(interruptions.c.id == known.id)
            .values(judged_at=now, **values)
        )


_VOTES = msgspec.json.Decoder(tuple[Observer, ...])
_AROUND = msgspec.json.Decoder(Around)


def _interruption(row: Any) -> Interruption:
    return Interruption(
        row.id,
        row.line,
        row.began_at,
        row.ended_at,
        row.party,
        row.because,
        row.subject,
        _VOTES.decode(row.evidence),
        row.judged_at,
        _AROUND.decode(row.around) if row.around else Around(),
    )
