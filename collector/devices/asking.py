"""Asks one device for all that its kind tells, within a deadline and with every answer bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from collector.devices import identity, snmp
from collector.devices.snmp import AskError, Engines, Line, RefusedError, Target
from collector.devices.understand import MARKERS, asked, recognised
from collector.devices.walk import Value, Walk
from collector.readings import Gap

AT_ONCE = 20  # objects in one request: 20 names and their values fit into 1,472 bytes
CELLS = 60  # objects that one GETBULK may bring: more is split by the network and lost as a whole
TOO_BIG = 1


@dataclass(frozen=True)
class Limits:
    """What one device may cost."""

    seconds: float = 20.0
    objects: int = 20_000
    column_objects: int = 4_096
    octets: int = 4 * 1024 * 1024


LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """What came. `problem` is None when the device answered at all."""

    walk: Walk
    gaps: tuple[Gap, ...]
    seconds: float
    problem: str | None = None


@dataclass
class _Session:
    """One reading under way."""

    line: Line
    limits: Limits
    walk: dict[str, Value] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    octets: int = 0
    bulk: bool = True


class SpentError(Exception):
    """The device has told more than it may."""


async def read(
    engines: Engines, target: Target, kind: str | None = None, limits: Limits = LIMITS
) -> Answer:
    """Everything. `kind` as declared; None: what the device's own objects tell.

    Never raises for what the device does: what it left untold is a gap with its cause.
    """
    began = time.monotonic()
    session, problem = await _asked(engines, target, limits, lambda one: _survey(one, kind))
    walk = session.walk if session else {}
    gaps = [*session.gaps] if session else []
    if problem and walk:
        gaps.append(Gap("device", problem))
        problem = None
    return Answer(walk, tuple(gaps), time.monotonic() - began, problem)


async def glance(
    engines: Engines, target: Target, oids: Sequence[str], limits: Limits = LIMITS
) -> Answer:
    """These objects alone, as they were found before: what changes from minute to minute."""
    began = time.monotonic()
    session, problem = await _asked(engines, target, limits, lambda one: _scalars(one, oids))
    walk: Mapping[str, Value] = session.walk if session else {}
    if not problem and not walk:
        problem = "none of the objects is there any more"
    return Answer(walk, (), time.monotonic() - began, problem)


async def _asked(
    engines: Engines, target: Target, limits: Limits, ask: Callable[[_Session], Awaitable[None]]
) -> tuple[_Session | None, str | None]:
    """A session of all that was told within the limits, and why it ended before its end."""
    session: _Session | None = None
    try:
        async with asyncio.timeout(limits.seconds):
            session = _Session(await engines.line(target), limits)
            await ask(session)
    except TimeoutError:
        return session, f"not done in {limits.seconds:g} seconds"
    except (AskError, SpentError) as error:
        return session, str(error)
    return session, None


async def _survey(session: _Session, kind: str | None) -> None:
    await _scalars(session, identity.SCALARS)
    await _markers(session)
    known = kind or recognised(session.walk)
    maker = identity.maker(session.walk)
    scalars, tables = asked(known, maker)
    await _scalars(session, [oid for oid in scalars if oid not in session.walk])
    present = await _present(session, tables)
    for columns in present:
        await _table(session, columns)


async def _scalars(session: _Session, oids: Sequence[str]) -> None:
    for start in range(0, len(oids), AT_ONCE):
        await _got(session, oids[start : start + AT_ONCE])


async def _got(session: _Session, oids: Sequence[str]) -> None:
    """Halved where the answer would be too big for the device."""
    try:
        rows = await snmp.get(session.line, oids)
    except RefusedError as error:
        if error.status == TOO_BIG and len(oids) > 1:
            half = len(oids) // 2
            await _got(session, oids[:half])
            await _got(session, oids[half:])
        else:
            session.gaps.append(Gap(oids[max(0, error.index - 1) % len(oids)], str(error)))
        return
    wanted = set(oids)
    for name, value in rows:
        oid = ".".join(map(str, name))
        if value is not None and oid in wanted:
            _keep(session, oid, value)


async def _markers(session: _Session) -> None:
    """Which of the kinds' own subtrees are there: one object of each."""
    for start in range(0, len(MARKERS), AT_ONCE):
        some = MARKERS[start : start + AT_ONCE]
        for marker, found in zip(some, await _next(session, some), strict=False):
            oid, value = found
            if value is not None and oid.startswith(marker + "."):
                _keep(session, oid, value)


async def _present(session: _Session, tables: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The tables, less the columns that the device has nothing in.

    One request tells twenty columns; walking each to find it empty would take one a column.
    """
    columns = [column for table in tables for column in table]
    there: set[str] = set()
    for start in range(0, len(columns), AT_ONCE):
        some = columns[start : start + AT_ONCE]
        for column, (oid, value) in zip(some, await _next(session, some), strict=False):
            if value is not None and oid.startswith(column + "."):
                there.add(column)
    kept = (tuple(column for column in table if column in there) for table in tables)
    return [table for table in kept if table]


async def _next(session: _Session, oids: Sequence[str]) -> list[tuple[str, Value | None]]:
    try:
        rows = await snmp.following(session.line, oids)
    except RefusedError:
        if len(oids) == 1:
            return [("", None)]
        half = len(oids) // 2
        return [*await _next(session, oids[:half]), *await _next(session, oids[half:])]
    return [(".".join(map(str, name)), value) for name, value in rows]


async def _table(session: _Session, columns: Sequence[str]) -> None:
    """Walk the columns of one table side by side, each until its end."""
    at = {column: column for column in columns}
    told = dict.fromkeys(columns, 0)
    rows = 4
    while at:
        asked_for = [*at]
        got = await _step(session, [at[column] for column in asked_for], rows)
        if not got:
            session.gaps.append(Gap(asked_for[0], "the device answers with nothing"))
            return
        for place, (name, value) in enumerate(got):
            column = asked_for[place % len(asked_for)]
            if column in at and not _followed(session, column, at, name, value):
                del at[column]
            elif column in at:
                told[column] += 1
                if told[column] >= session.limits.column_objects:
                    session.gaps.append(Gap(column, f"more than {told[column]} rows: cut off"))
                    del at[column]
        rows = max(1, min(CELLS // max(1, len(at)), rows * 2))


def _followed(
    session: _Session,
    column: str,
    at: dict[str, str],
    name: tuple[int, ...],
    value: Value | None,
) -> bool:
    """Keep the object and go on from it; False where the column has come to its end."""
    oid = ".".join(map(str, name))
    if value is None or not oid.startswith(column + "."):
        return False
    if name <= tuple(map(int, at[column].split("."))):
        # A walk that turns back would go round for ever.
        session.gaps.append(Gap(column, "the device's objects do not ascend: walk cut off"))
        return False
    at[column] = oid
    _keep(session, oid, value)
    return True


async def _step(session: _Session, oids: Sequence[str], rows: int) -> list[snmp.Row]:
    """By GETBULK; by GETNEXT for a device that can't, or whose answer would be too big."""
    if session.bulk:
        try:
            return await snmp.bulk(session.line, oids, rows)
        except RefusedError as error:
            if error.status == TOO_BIG and rows > 1:
                return await _step(session, oids, rows // 2)
            session.bulk = False
        except AskError:
            # No answer to this one alone: some agents drop a GETBULK without a word.
            session.bulk = False
    try:
        return await snmp.following(session.line, oids)
    except RefusedError:
        # Version 1 manners: noSuchName at the end of the whole tree.
        return [((), None)] * len(oids)


def _keep(session: _Session, oid: str, value: Value) -> None:
    session.walk[oid] = value
    session.octets += len(oid) + (len(value) if isinstance(value, bytes | str) else 8)
    if len(session.walk) > session.limits.objects or session.octets > session.limits.octets:
        raise SpentError(f"cut off after {len(session.walk)} objects, {session.octets} bytes")
