"""The duty of judgement: one round of judging and writing down."""

from __future__ import annotations

from alerts import judge, register
from alerts.office import Office
from alerts.register import Recorded
from collector.store.database import Store


def tick(store: Store, office: Office) -> Recorded:
    """Judge the office as it is now, and record what changed, whole or not at all."""
    findings = judge.findings(office)
    with store.write() as connection:
        return register.record(connection, findings, office.now, office.inventory)
