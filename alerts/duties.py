"""The duty of judgement: one round of judging and writing down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts import escalation, judge, queries, register, yearly
from alerts.escalation import Escalation
from alerts.office import Office
from alerts.policy import shipped
from alerts.register import Recorded
from collector.store.database import Store


def tick(store: Store, office: Office) -> Recorded:
    """Judge the office as it is now, and record what changed, whole or not at all."""
    findings = judge.findings(office)
    with store.write() as connection:
        recorded = register.record(connection, findings, office.now, office.inventory)
        escalate(connection, office.now)
    return recorded


def escalate(connection: Connection, now: datetime) -> tuple[Escalation, ...]:
    """Write down which clocks have passed a half, four fifths or all of their time."""
    open_clocks = (
        *queries.duties(connection, now),
        *yearly.duties(connection, shipped(), now),
    )
    steps = escalation.due_steps(queries.all_incidents(connection), open_clocks, now)
    return escalation.record(connection, steps, now)
