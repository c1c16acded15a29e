"""The stored legal clocks of incidents: started, followed, answered by proof, or set aside."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from alerts import statements
from alerts.changing import Change
from alerts.incidents import Incident, NotAllowed
from alerts.obligations import Clock, obligations_of
from alerts.policy import Policy, shipped
from alerts.tables import deliveries, obligation_changes, obligations
from collector import audit

REVIVES = {"classify", "reopen", "recur", "correct-t0", "merged"}
"""After these acts the law is asked anew: a clock that was set aside runs again, in doubt."""


LATE_WITH_REASON = frozenset({"dlcn-72h"})
"""A late notice says why (Luật 91/2025/QH15, Điều 23): without the reason it does not leave."""


class Proof(Struct, frozen=True):
    """Proof of sending: without all of it an obligation stays open."""

    sent_at: datetime
    channel: str
    recipient: str
    file_sha256: str
    receipt: str


def start(connection: Connection, incident: Incident, by: Change) -> None:
    """Start the clocks that the law gives this incident."""
    for clock in obligations_of(incident, shipped()):
        _insert(connection, incident, clock, by)


def follow(
    connection: Connection, incident: Incident, by: Change, policy: Policy | None = None
) -> None:
    """Bring the clocks in step with what the incident now is.

    A clock may shorten silently; to lengthen or to end one needs a reason.
    """
    wanted = {clock.obligation: clock for clock in obligations_of(incident, policy or shipped())}
    stored = {
        row.obligation: row
        for row in connection.execute(
            select(obligations).where(obligations.c.incident == incident.id)
        )
    }
    for name, clock in wanted.items():
        if name not in stored:
            _insert(connection, incident, clock, by)
        elif stored[name].state == "not_applicable" and by.action in REVIVES:
            _set(connection, incident, clock, by, "counting")
        elif stored[name].state == "counting" and stored[name].due_at != clock.due_at:
            _moved(connection, incident, clock, by, stored[name].due_at)
    for name in stored.keys() - wanted.keys():
        if stored[name].state == "counting":
            _with_reason(by, "clock-end", incident, name)
            _set(connection, incident, Clock(name, stored[name].due_at), by, "not_applicable")


def end(connection: Connection, incident: Incident, by: Change) -> None:
    """Set every open clock aside with the act that ended the incident: its name, time and reason."""
    open_clocks = connection.execute(
        select(obligations).where(
            obligations.c.incident == incident.id, obligations.c.state == "counting"
        )
    ).all()
    for row in open_clocks:
        _set(connection, incident, Clock(row.obligation, row.due_at), by, "not_applicable")


def deliver(
    connection: Connection, incident: Incident, obligation: str, by: Change, proof: Proof
) -> None:
    """Close an obligation by proof of sending: channel, recipient, hash of the file, receipt."""
    whole(proof, obligation)
    if not min(incident.t0, incident.starts_at) <= proof.sent_at <= by.at:
        raise NotAllowed("proof-time", obligation=obligation)
    clock = _open_clock(connection, incident, obligation)
    connection.execute(
        insert(deliveries).values(
            incident=incident.id,
            obligation=obligation,
            at=by.at,
            actor=by.actor,
            sent_at=proof.sent_at,
            channel=proof.channel,
            recipient=proof.recipient,
            file_sha256=proof.file_sha256,
            receipt=proof.receipt,
        )
    )
    _set(connection, incident, clock, by, "sent")


def in_time(connection: Connection, incident: str, obligation: str, at: datetime) -> None:
    """Raises NotAllowed where it goes out late, its law asks why, and nobody has stated that."""
    if obligation not in LATE_WITH_REASON:
        return
    due_at = connection.execute(
        select(obligations.c.due_at).where(
            obligations.c.incident == incident, obligations.c.obligation == obligation
        )
    ).scalar()
    late = due_at is not None and at > due_at
    if late and not statements.newest(connection, incident).get("late-reason", "").strip():
        raise NotAllowed("late-reason", incident=incident, obligation=obligation)


def whole(proof: Proof, obligation: str) -> None:
    """Raises NotAllowed with what a proof of sending lacks."""
    missing = [
        name for name in ("channel", "recipient", "receipt") if not getattr(proof, name).strip()
    ]
    if missing:
        lacking = " ".join(missing)
        raise NotAllowed("proof-lacks", obligation=obligation, lacking_fields=lacking)
    if len(proof.file_sha256) != 64 or not set(proof.file_sha256) <= set("0123456789abcdef"):
        raise NotAllowed("proof-hash")


def counting(connection: Connection, incident: str, obligation: str) -> bool:
    """Whether that clock of that incident is still open."""
    state = connection.execute(
        select(obligations.c.state).where(
            obligations.c.incident == incident, obligations.c.obligation == obligation
        )
    ).scalar()
    return state == "counting"


def set_aside(connection: Connection, incident: Incident, obligation: str, by: Change) -> None:
    """Decide that an obligation does not apply: a decision with a name, a time and a reason."""
    _with_reason(by, "clock-aside", incident, obligation)
    clock = _open_clock(connection, incident, obligation)
    _set(connection, incident, clock, by, "not_applicable")


def _open_clock(connection: Connection, incident: Incident, obligation: str) -> Clock:
    row = connection.execute(
        select(obligations).where(
            obligations.c.incident == incident.id, obligations.c.obligation == obligation
        )
    ).first()
    if row is None or row.state != "counting":
        raise NotAllowed("no-clock", incident=incident.id, obligation=obligation)
    return Clock(row.obligation, row.due_at)


def _moved(
    connection: Connection, incident: Incident, clock: Clock, by: Change, before: datetime | None
) -> None:
    longer = before is not None and (clock.due_at is None or clock.due_at > before)
    if longer:
        _with_reason(by, "clock-longer", incident, clock.obligation)
    _set(connection, incident, clock, by, "counting")


def _with_reason(by: Change, key: str, incident: Incident, obligation: str) -> None:
    if not by.reason.strip():
        raise NotAllowed(key, incident=incident.id, obligation=obligation)


def _insert(connection: Connection, incident: Incident, clock: Clock, by: Change) -> None:
    connection.execute(
        insert(obligations).values(
            incident=incident.id, obligation=clock.obligation, due_at=clock.due_at, state="counting"
        )
    )
    _history(connection, incident, clock, by, None, "counting")


def _set(connection: Connection, incident: Incident, clock: Clock, by: Change, state: str) -> None:
    where = (
        obligations.c.incident == incident.id,
        obligations.c.obligation == clock.obligation,
    )
    before = connection.execute(select(obligations.c.state).where(*where)).scalar_one()
    decided_at = None if state == "counting" else by.at
    done = connection.execute(
        update(obligations)
        .where(*where, obligations.c.state == before)
        .values(state=state, due_at=clock.due_at, decided_at=decided_at)
    )
    if done.rowcount != 1:
        raise NotAllowed("changed", incident=incident.id)
    _history(connection, incident, clock, by, before, state)


def _history(
    connection: Connection,
    incident: Incident,
    clock: Clock,
    by: Change,
    before: str | None,
    after: str,
) -> None:
    connection.execute(
        insert(obligation_changes).values(
            incident=incident.id,
            obligation=clock.obligation,
            at=by.at,
            actor=by.actor,
            before=before,
            after=after,
            due_at=clock.due_at,
            reason=by.reason,
        )
    )
    detail = {
        "incident": incident.id,
        "obligation": clock.obligation,
        "before": before,
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
        "reason": by.reason,
    }
    audit.append(connection, by.at, by.actor, f"obligation.{after}", detail)
