"""From what happened to messages: notices are taken up as rows, and go into the outbox when due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, true, update

from alerts import notice_words, notices, outbox, queries, rows
from alerts.finding import Values
from alerts.incidents import OPEN, Incident
from alerts.notices import URGENT, Decision, Kind, Notice, Told
from alerts.tables import escalations, finding_changes, incident_changes, incidents
from alerts.tables import notices as table
from collector import office_hours, progress
from collector.inventory.model import Inventory

OPENS = ("opened", "recur", "reported")
"""Acts by which an incident begins, or begins again."""
CHANGES, FINDINGS, STEPS = "notices.incidents", "notices.findings", "notices.escalations"
"""How far the three histories were read, in `progress`."""


def tick(connection: Connection, inventory: Inventory, now: datetime) -> tuple[str, ...]:
    """One round, whole or not at all; returns the keys of the messages that it put in the outbox."""
    if not take_up(connection, inventory, now):
        return ()
    decision = notices.decide(
        pending(connection),
        _causes(connection, now),
        last(connection),
        inventory,
        office_open=office_hours.is_open(inventory.site, now),
        now=now,
    )
    _noted(connection, decision, now)
    return tuple(_put(connection, decision.tell, inventory, now))


def _causes(connection: Connection, now: datetime) -> tuple[Incident, ...]:
    found = queries.open_incidents(connection)
    return notices.lasting(found, queries.passing(connection, {one.rule for one in found}), now)


def take_up(connection: Connection, inventory: Inventory, now: datetime) -> bool:
    """Turn what happened since the last round into rows. False: another process is at it."""
    opened = _since(connection, CHANGES, incident_changes)
    passed = _since(connection, FINDINGS, finding_changes)
    steps = _since(connection, STEPS, escalations)
    if opened is None or passed is None or steps is None:
        return False
    fresh = [
        *((f"opened/{row.id}", "opened", row.incident, row.at, {}) for row in opened),
        *_recovered(connection, passed),
        *_untaken(connection, inventory, now),
        # A clock that was not looked at for long passes several at once: the last says it all.
        *{(row.incident, row.obligation, row.due_at): _clock(row) for row in steps}.values(),
    ]
    known = set(
        connection.execute(
            select(table.c.key).where(table.c.key.in_([one[0] for one in fresh]))
        ).scalars()
    )
    new = [_row(*one) for one in fresh if one[0] not in known]
    if new:
        connection.execute(insert(table), new)
    return True


def pending(connection: Connection) -> tuple[Notice, ...]:
    """What was neither told nor dropped, in the order in which it happened."""
    found = connection.execute(
        select(table.c.id.label("notice"), table.c.kind.label("notice_kind"), table.c.at)
        .add_columns(table.c.detail, *(one for one in incidents.c))
        .outerjoin(incidents, incidents.c.id == table.c.incident)
        .where(table.c.told_at.is_(None), table.c.dropped.is_(None))
        .order_by(table.c.id)
    )
    return tuple(
        Notice(
            id=row.notice,
            kind=row.notice_kind,
            incident=rows.incident_of(row) if row.id else None,
            at=row.at,
            detail=msgspec.json.decode(row.detail),
        )
        for row in found
    )


def last(connection: Connection) -> Told:
    """The last message, whatever channel it went by."""
    at = connection.execute(select(func.max(table.c.told_at))).scalar_one()
    if at is None:
        return Told()
    told = connection.execute(
        select(incidents)
        .join(table, table.c.incident == incidents.c.id)
        .where(table.c.told_at == at, table.c.kind != "recovered")
    )
    ranks = (Notice(0, "opened", rows.incident_of(row), at).rank for row in told)
    return Told(at, max(ranks, default=-1))


WANTED: dict[str, ColumnElement[bool]] = {
    CHANGES: incident_changes.c.action.in_(OPENS),
    FINDINGS: and_(
        finding_changes.c.verdict == "pass", finding_changes.c.before.in_(("fail", "unknown"))
    ),
    STEPS: true(),
}
"""Which rows of each history are told."""


def _since(connection: Connection, name: str, history: Any) -> Sequence[Any] | None:
    before = progress.reached(connection, name)
    newest = connection.execute(select(func.max(history.c.id))).scalar_one() or 0
    if newest == before:
        return ()
    found = connection.execute(
        select(history)
        .where(history.c.id > before, history.c.id <= newest, WANTED[name])
        .order_by(history.c.id)
    ).all()
    return found if progress.move(connection, name, before, newest) else None


Fresh = tuple[str, Kind, str | None, datetime, Values]
"""Key, kind, incident (None: a yearly report), when, and what fills the text."""


def _recovered(connection: Connection, passed: Iterable[Any]) -> Iterator[Fresh]:
    for row in passed:
        found = connection.execute(
            select(incidents.c.id)
            .where(
                incidents.c.rule == row.rule,
                incidents.c.subject == row.subject,
                incidents.c.state.in_(sorted(OPEN)),
            )
            .order_by(incidents.c.opened_at.desc())
            .limit(1)
        ).scalar_one_or_none()
        if found is not None:
            yield f"recovered/{row.id}", "recovered", found, row.at, {}


def _untaken(connection: Connection, inventory: Inventory, now: datetime) -> Iterator[Fresh]:
    patience = timedelta(minutes=inventory.notices.escalate_minutes)
    began = (
        select(incident_changes.c.incident, func.max(incident_changes.c.id).label("number"))
        .where(incident_changes.c.action.in_(OPENS))
        .group_by(incident_changes.c.incident)
        .subquery()
    )
    found = connection.execute(
        select(incidents, began.c.number)
        .join(began, began.c.incident == incidents.c.id)
        .join(incident_changes, incident_changes.c.id == began.c.number)
        .where(incidents.c.state == "new", incident_changes.c.at <= now - patience)
    )
    for row in found:
        if Notice(0, "opened", rows.incident_of(row), now).rank >= URGENT:
            yield f"untaken/{row.number}", "untaken", row.id, now, {}


def _clock(step: Any) -> Fresh:
    values: Values = {
        "obligation": step.obligation,
        "due_at": step.due_at.isoformat(),
        "share_ratio": step.percent / 100,
    }
    return f"clock/{step.id}", "clock", step.incident or None, step.at, values


def _row(
    key: str, kind: Kind, incident: str | None, at: datetime, detail: Values
) -> dict[str, object]:
    told = msgspec.json.encode(detail, order="sorted").decode()
    return {"key": key, "kind": kind, "incident": incident, "at": at, "detail": told}


def _noted(connection: Connection, decision: Decision, now: datetime) -> None:
    ids = [one.id for one in decision.tell]
    if ids:
        connection.execute(update(table).where(table.c.id.in_(ids)).values(told_at=now))
    for one, why in decision.drop:
        connection.execute(update(table).where(table.c.id == one.id).values(dropped=why))


def _put(
    connection: Connection, told: Sequence[Notice], inventory: Inventory, now: datetime
) -> Iterator[str]:
    for channel in inventory.notices.channels:
        mine = notices.shown(channel, told)
        if not mine:
            continue
        key = f"notice/{channel.id}/{max(one.id for one in mine)}"
        words = notice_words.message(mine, inventory, channel.language, now)
        outbox.put(connection, outbox.Message(key, channel.id, words.subject, words.body), now)
        yield key
