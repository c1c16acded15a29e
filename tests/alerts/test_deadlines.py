"""Clocks of what was reported: how they escalate, are answered, and stand in the metrics."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts import duties, escalation, handling, metrics, queries, statements, yearly
from alerts.clocks import Proof
from alerts.escalation import passed
from alerts.incidents import NotAllowed
from alerts.policy import shipped
from alerts.tables import escalations
from collector.store.database import Store
from tests.alerts.builders import NOON, office
from tests.alerts.test_reporting import HOUR, MINUTE, told

PROOF = Proof(NOON + MINUTE, "công văn", "Phòng Văn hóa - Xã hội", "ab" * 32, "sổ đến 12")


@pytest.mark.parametrize(
    ("hours", "steps"),
    [(0, ()), (35.99, ()), (36, (50,)), (57.5, (50,)), (57.6, (50, 80)), (71.9, (50, 80)),
     (72, (50, 80, 100)), (400, (50, 80, 100))],
)  # fmt: skip
def test_a_clock_escalates_at_half_four_fifths_and_all_of_its_time(
    hours: float, steps: tuple[int, ...]
) -> None:
    assert passed(NOON, NOON + 72 * HOUR, NOON + timedelta(hours=hours)) == steps


def test_each_step_is_told_once_as_a_row_and_a_clock_that_was_answered_tells_none(
    store: Store,
) -> None:
    incident = told(store)
    with store.write() as connection:
        first = duties.escalate(connection, NOON + 13 * HOUR)
        mine = {(one.obligation, one.percent) for one in first if one.incident == incident.id}
        assert mine == {("triage", 50), ("triage", 80), ("triage", 100), ("anm-24h", 50)}
        assert duties.escalate(connection, NOON + 13 * HOUR) == ()
        handling.set_aside(connection, NOON + 13 * HOUR, "cntt", incident.id, "anm-24h", "không")
        later = duties.escalate(connection, NOON + 37 * HOUR)
        assert {(one.obligation, one.percent) for one in later if one.incident} == {("anm-72h", 50)}
        assert escalation.since(connection, first[-1].id) == later


def test_a_yearly_report_counts_down_goes_overdue_and_closes_by_proof_alone(store: Store) -> None:
    before = NOON.replace(month=12, day=9)
    with store.write() as connection:
        duties.escalate(connection, before)
        stands = {one.obligation: one for one in yearly.duties(connection, shipped(), before)}
        assert stands["plan-year"].state == "counting"
        late = before + timedelta(days=2)
        duties.escalate(connection, late)
        (mine,) = [
            one
            for one in yearly.duties(connection, shipped(), late)
            if one.obligation == "plan-year" and one.state == "overdue"
        ]
        assert mine.due_at is not None
        rows = connection.execute(
            select(escalations.c.percent).where(escalations.c.obligation == "plan-year")
        )
        assert sorted(rows.scalars()) == [50, 80, 100]
        yearly.deliver(connection, late, "cntt", "plan-year", mine.due_at, PROOF)
        with pytest.raises(NotAllowed, match="no open obligation"):
            yearly.deliver(connection, late, "cntt", "plan-year", mine.due_at, PROOF)
        after = yearly.duties(connection, shipped(), late)
        assert [one.state for one in after if one.due_at == mine.due_at] == ["sent"]


def test_every_open_clock_is_a_metric_the_offices_own_too(store: Store) -> None:
    incident = told(store)
    with store.read() as connection:
        mine = queries.duties(connection, NOON + HOUR)
        due = (*mine, *yearly.duties(connection, shipped(), NOON))
    (family,) = [
        one
        for one in metrics.families(office(), (), (), (incident,), due)
        if one.name == "wardwatch_obligation_due_timestamp_seconds"
    ]
    seen = {(s.labels["incident"], s.labels["obligation"]): s.value for s in family.samples}
    assert seen[incident.id, "anm-72h"] == (NOON + 72 * HOUR).timestamp()
    assert {"plan-6m", "plan-year", "anm-year"} <= {name for of, name in seen if of == ""}


def test_a_late_notice_of_a_data_violation_is_proved_with_its_reason_alone(store: Store) -> None:
    number = told(store).id
    proof = Proof(NOON + 80 * HOUR, "công văn", "A05", "ab" * 32, "sổ đến 12")
    with store.write() as connection:
        flags: Any = ("personal-data", "personal-data-harm")
        handling.classify(connection, NOON + HOUR, "cntt", number, "M2", flags, "lộ dữ liệu")
        for _ in range(2):
            with pytest.raises(NotAllowed, match="its law asks why"):
                handling.deliver(connection, NOON + 81 * HOUR, "cntt", number, "dlcn-72h", proof)
            statements.state(connection, NOON + 81 * HOUR, "cntt", number, "late-reason", " ")
        handling.deliver(connection, NOON + 81 * HOUR, "cntt", number, "anm-72h", proof)
        why = "chờ xác minh số chủ thể"
        statements.state(connection, NOON + 81 * HOUR, "cntt", number, "late-reason", why)
        handling.deliver(connection, NOON + 81 * HOUR, "cntt", number, "dlcn-72h", proof)
    with store.read() as connection:
        duties = {one.obligation: one.state for one in queries.duties(connection, proof.sent_at)}
    assert duties["dlcn-72h"] == "sent"
