"""What an officer does with an incident: taken, noted, fixed, closed, classified, proved as sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from alerts import clocks, rows, severity, statements
from alerts.changing import Change, change
from alerts.clocks import Proof
from alerts.incidents import (
    EARLIEST,
    ENDED,
    Action,
    Flag,
    Incident,
    Level,
    NotAllowed,
    follow,
    to_the_minute,
)
from alerts.opening import DRILL_TAG
from alerts.severity import Impact
from collector.inventory.incidents import Thresholds


def act(
    connection: Connection, now: datetime, actor: str, id: str, action: Action, reason: str = ""
) -> Incident:
    """Do what follows from the incident's state, or raise NotAllowed with what stands in the way.

    Closing is refused until a reading received after the fix has proved it.
    """
    before = _existing(connection, id)
    after = follow(before, action, reason)
    columns: dict[str, Any] = {"state": after}
    if action == "fix":
        columns |= {"fixed_at": now, "proved_at": None}
    if action == "prove":
        columns["proved_at"] = now
    if action == "reopen":
        columns |= {"fixed_at": None, "proved_at": None, "ended_at": None}
    if after in ENDED and action != "note":
        columns["ended_at"] = now
    by = Change(now, actor, action, reason)
    incident = change(connection, before, by, **columns)
    if action in {"fix", "reopen"}:
        clocks.follow(connection, incident, by)
    if action in {"false-alarm", "duplicate", "void"}:
        clocks.end(connection, incident, by)
    return incident


def classify(
    connection: Connection,
    now: datetime,
    actor: str,
    id: str,
    level: Level,
    flags: Iterable[Flag],
    reason: str,
) -> Incident:
    """Set level and flags. The clocks follow: sooner silently, later or none only for a reason."""
    before = _existing(connection, id)
    by = Change(now, actor, "classify", reason)
    names = msgspec.json.encode(sorted(set(flags))).decode()
    incident = change(connection, before, by, level=level, flags=names)
    clocks.follow(connection, incident, by)
    return incident


def within_thresholds(
    connection: Connection, id: str, level: Level, thresholds: Thresholds, reason: str
) -> None:
    """Raises NotAllowed where the ward's own thresholds give a worse level and no reason is told."""
    least = severity.level(Impact.of(statements.newest(connection, id)), thresholds)
    if level > least and not reason.strip():
        raise NotAllowed("below-threshold", incident=id, level=level, least=least)


def mark_drill(connection: Connection, now: datetime, actor: str, id: str, reason: str) -> Incident:
    """Mark an exercise: `test:test`, without legal clocks, for ever."""
    if not reason.strip():
        raise NotAllowed("reason", incident=id, actions="drill")
    by = Change(now, actor, "drill", reason)
    incident = change(connection, _existing(connection, id), by, drill=True, tag=DRILL_TAG)
    clocks.follow(connection, incident, by)
    return incident


def correct_t0(
    connection: Connection, now: datetime, actor: str, id: str, t0: datetime, reason: str
) -> Incident:
    """Start the clocks from another moment. T0 as recorded stays; the correction is its own row."""
    before = _existing(connection, id)
    if not reason.strip():
        raise NotAllowed("reason", incident=id, actions="correct-t0")
    if t0 > now:
        raise NotAllowed("t0-future", incident=id)
    if t0 < EARLIEST:
        raise NotAllowed("too-early")
    by = Change(now, actor, "correct-t0", reason)
    incident = change(connection, before, by, corrected_t0=to_the_minute(t0))
    clocks.follow(connection, incident, by)
    return incident


def merge(
    connection: Connection, now: datetime, actor: str, id: str, into: str, reason: str
) -> Incident:
    """End one incident as a duplicate of another, which goes on for both and takes the earlier T0.

    The one that goes on keeps the worse level, every flag, and a row with the duplicate's signal.
    """
    double, other = _existing(connection, id), _existing(connection, into)
    if double.id == other.id or double.kind != other.kind or double.drill != other.drill:
        raise NotAllowed("unlike", incident=id, other=into)
    if other.state in ENDED:
        raise NotAllowed("merge-ended", incident=id, other=into)
    by = Change(now, actor, "duplicate", f"{into}: {reason}" if reason.strip() else "")
    after = follow(double, "duplicate", by.reason)
    ended = change(connection, double, by, state=after, merged_into=into, ended_at=now)
    clocks.end(connection, ended, by)
    took = Change(now, actor, "merged", f"{id}: {reason}", double.signal)
    flags = msgspec.json.encode(sorted({*double.flags, *other.flags})).decode()
    columns: dict[str, Any] = {"level": min(double.level, other.level), "flags": flags}
    if double.starts_at < other.starts_at:
        columns["corrected_t0"] = double.starts_at
    grown = change(connection, other, took, **columns)
    clocks.follow(connection, grown, took)
    return grown


def deliver(
    connection: Connection, now: datetime, actor: str, id: str, obligation: str, proof: Proof
) -> None:
    """Close one obligation by its proof of sending."""
    by = Change(now, actor, "deliver", f"{proof.channel}: {proof.recipient}")
    incident = _existing(connection, id)
    clocks.in_time(connection, id, obligation, proof.sent_at)
    clocks.deliver(connection, incident, obligation, by, proof)


def set_aside(
    connection: Connection, now: datetime, actor: str, id: str, obligation: str, reason: str
) -> None:
    """Decide that one obligation does not apply."""
    by = Change(now, actor, "set-aside", reason)
    clocks.set_aside(connection, _existing(connection, id), obligation, by)


def _existing(connection: Connection, id: str) -> Incident:
    incident = rows.incident(connection, id)
    if incident is None:
        raise NotAllowed("unknown", incident=id)
    return incident
