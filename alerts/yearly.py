"""The reports that are due every year: how each stands, and the proof that closes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from alerts.clocks import Proof, whole
from alerts.incidents import EARLIEST, NotAllowed
from alerts.obligations import LEGAL_TIME, due_moment, recurring, state
from alerts.policy import Policy
from alerts.queries import Duty
from alerts.tables import escalations, period_deliveries
from collector import audit


def duties(connection: Connection, policy: Policy, now: datetime) -> tuple[Duty, ...]:
    """The next date of each, and those whose date went by since the suite watches them.

    `incident` is "": they belong to the office.
    """
    sent: dict[tuple[str, datetime], Any] = {
        (row.obligation, row.due_at): row for row in connection.execute(select(period_deliveries))
    }
    today = now.astimezone(LEGAL_TIME).date()
    dates = {(one.obligation, due_moment(one.due_on)) for one in recurring(policy, today)}
    watched = connection.execute(
        select(escalations.c.obligation, escalations.c.due_at).where(escalations.c.incident == "")
    )
    dates |= {(row.obligation, row.due_at) for row in watched}
    found = []
    for obligation, due_at in sorted(dates, key=lambda one: (one[1], one[0])):
        row = sent.get((obligation, due_at))
        stands = state("sent" if row else "counting", due_at, now)
        found.append(Duty("", obligation, stands, due_at, row.at if row else None))
    return tuple(found)


def deliver(
    connection: Connection,
    now: datetime,
    actor: str,
    obligation: str,
    due_at: datetime,
    proof: Proof,
) -> None:
    """Close one year's report by proof of sending; it closes once."""
    whole(proof, obligation)
    if not EARLIEST <= proof.sent_at <= now:
        raise NotAllowed("proof-time", obligation=obligation)
    there = connection.execute(
        select(period_deliveries.c.id).where(
            period_deliveries.c.obligation == obligation, period_deliveries.c.due_at == due_at
        )
    ).first()
    if there is not None:
        raise NotAllowed("no-clock", incident="", obligation=obligation)
    values = {"obligation": obligation, "due_at": due_at, "at": now, "actor": actor}
    told = {
        "sent_at": proof.sent_at,
        "channel": proof.channel,
        "recipient": proof.recipient,
        "file_sha256": proof.file_sha256,
        "receipt": proof.receipt,
    }
    connection.execute(insert(period_deliveries).values(**values, **told))
    detail: dict[str, str | int | None] = {
        "obligation": obligation,
        "due_at": due_at.isoformat(),
        "file_sha256": proof.file_sha256,
        "receipt": proof.receipt,
    }
    audit.append(connection, now, actor, "obligation.sent", detail)
