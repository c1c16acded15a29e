"""What an officer does with an incident: taken, noted, fixed, closed, classified, proved as sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from alerts import clocks, rows
from alerts.changing import Change, change
from alerts.clocks import Proof
from alerts.incidents import ENDED, Action, Flag, Incident, Level, NotAllowed, follow

DRILL_TAG = "test:test"


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


def mark_drill(connection: Connection, now: datetime, actor: str, id: str, reason: str) -> Incident:
    """Mark an exercise: `test:test`, without legal clocks, for ever."""
    if not reason.strip():
        raise NotAllowed("reason", incident=id, actions="drill")
    by = Change(now, actor, "drill", reason)
    incident = change(connection, _existing(connection, id), by, drill=True, tag=DRILL_TAG)
    clocks.follow(connection, incident, by)
    return incident


def deliver(
    connection: Connection, now: datetime, actor: str, id: str, obligation: str, proof: Proof
) -> None:
    """Close one obligation by its proof of sending."""
    by = Change(now, actor, "deliver", f"{proof.channel}: {proof.recipient}")
    clocks.deliver(connection, _existing(connection, id), obligation, by, proof)


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
