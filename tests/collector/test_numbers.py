from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from collector.batch import Batch
from collector.ingest import understood
from collector.numbers import Numbers, numbers
from collector.store.database import Store
from collector.store.tables import agents, conflicts, epochs, gaps, latest, losses, reports
from collector.writing import write
from tests.collector.office import EPOCH, NOON, body, enrol, report

SECOND = EPOCH[::-1]


def put(store: Store, agent: str, *sent: dict[str, Any], epoch: str = EPOCH) -> None:
    found, _ = understood(agent, body(*sent, epoch=epoch), NOON)
    with store.write() as connection:
        write(connection, [found])


def told(store: Store, agent: str) -> Numbers:
    with store.read() as connection:
        return numbers(connection, agent)[agent]


def lost(seq: int, first: int | None, last: int | None) -> dict[str, Any]:
    count = None if first is None or last is None else last - first + 1
    section = {"from_seq": first, "to_seq": last, "count": count, "cause": "the spool is full"}
    return report(seq, "loss", section)


def test_accepted_is_stored_and_declared_lost_and_missing(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, report(1), report(2), report(9))
    put(store, agent, lost(10, 4, 6), report(11), report(20))
    put(store, agent, report(1), epoch=SECOND)
    found = told(store, agent)
    assert found == Numbers(
        accepted=21,
        stored=7,
        declared_lost=3,
        missing=11,
        missing_since_at=NOON,
    )
    assert found.accepted == found.stored + found.declared_lost + found.missing


def test_of_a_declared_range_what_came_is_not_lost(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, report(2), lost(6, 1, 5))
    assert told(store, agent).declared_lost == 4
    put(store, agent, report(3))
    assert told(store, agent).declared_lost == 3


def test_a_spool_that_could_not_be_read_is_a_loss_without_numbers(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, lost(1, None, None))
    put(store, agent, report(2, "loss", {"cause": 7}))
    assert told(store, agent) == Numbers(accepted=2, stored=2, unnumbered_losses=2)


def test_a_report_that_was_pruned_does_not_come_back(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, *(report(seq) for seq in (1, 2, 4)))
    with store.write() as connection:
        connection.execute(delete(reports).where(reports.c.seq < 3))
    put(store, agent, *(report(seq) for seq in (1, 2, 3, 4)))
    with store.read() as connection:
        kept = connection.execute(select(reports.c.seq).order_by(reports.c.seq)).scalars().all()
    assert list(kept) == [3, 4]
    assert told(store, agent) == Numbers(accepted=4, stored=4)


def test_a_report_of_before_the_count_is_stored_and_opens_no_gap(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, report(1))
    with store.write() as connection:
        connection.execute(update(epochs).values(highest_seq=50, counted_from_seq=51))
    put(store, agent, report(20), report(51))
    with store.read() as connection:
        kept = connection.execute(select(reports.c.seq).order_by(reports.c.seq)).scalars().all()
    assert list(kept) == [1, 20, 51]
    assert told(store, agent) == Numbers(accepted=1, stored=1)


def test_what_went_down_with_the_collectors_disk_is_named_as_that(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, report(1), report(2))
    with store.write() as connection:
        connection.execute(update(epochs).values(restored_at=NOON))
    put(store, agent, report(7), report(9))
    found = told(store, agent)
    assert (found.missing, found.missing_restored) == (5, 4)


SENT = st.lists(
    st.tuples(
        st.sampled_from([EPOCH, SECOND]),
        st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True),
    ),
    min_size=1,
    max_size=8,
)


def one_report(epoch: str, seq: int) -> dict[str, Any]:
    """The same bytes for the same number, whichever batch carries it."""
    return (
        lost(seq, max(seq - 4, 1), max(seq - 2, 1))
        if seq % 5 == 0
        else report(seq, "load" if seq % 2 else "software", {"processes": seq})
    )


def state(store: Store, agent: str) -> Sequence[object]:
    """All that is kept of an agent's reports, without the order in which they came."""
    with store.read() as connection:
        return [
            connection.execute(
                select(reports.c.epoch, reports.c.seq, reports.c.kind, reports.c.body)
                .where(reports.c.agent == agent)
                .order_by(reports.c.epoch, reports.c.seq)
            ).all(),
            connection.execute(
                select(latest.c.kind, latest.c.ordinal, latest.c.seq, reports.c.body)
                .join(reports, reports.c.id == latest.c.report)
                .where(latest.c.agent == agent)
                .order_by(latest.c.kind)
            ).all(),
            connection.execute(
                select(gaps.c.epoch, gaps.c.from_seq, gaps.c.to_seq)
                .where(gaps.c.agent == agent)
                .order_by(gaps.c.epoch, gaps.c.from_seq)
            ).all(),
            connection.execute(
                select(losses.c.epoch, losses.c.seq, losses.c.from_seq, losses.c.to_seq)
                .where(losses.c.agent == agent)
                .order_by(losses.c.epoch, losses.c.seq)
            ).all(),
            numbers(connection, agent)[agent],
        ]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sent=SENT, draw=st.data())
def test_any_order_and_repetition_of_the_same_reports_ends_in_the_same_state(
    store: Store, sent: list[tuple[str, list[int]]], draw: st.DataObject
) -> None:
    again = draw.draw(st.permutations([*sent, *draw.draw(st.lists(st.sampled_from(sent)))]))
    group = draw.draw(st.integers(1, 3))
    states = []
    for order in (sent, again):
        agent, _ = enrol(store)
        put(store, agent, report(20), epoch=EPOCH)  # the order of the epochs is a fact of its own
        put(store, agent, report(20), epoch=SECOND)
        batches = [
            understood(agent, body(*(one_report(epoch, n) for n in seqs), epoch=epoch), NOON)[0]
            for epoch, seqs in order
        ]
        for start in range(0, len(batches), group):
            with store.write() as connection:
                write(connection, batches[start : start + group])
        states.append(state(store, agent))
    assert states[0] == states[1]


def batch(agent: str, *sent: dict[str, Any], epoch: str = EPOCH, minutes: int = 0) -> Batch:
    found, _ = understood(agent, body(*sent, epoch=epoch), NOON + timedelta(minutes=minutes))
    return found


@pytest.mark.parametrize("together", [True, False])
def test_other_bytes_under_a_number_are_kept_aside(store: Store, together: bool) -> None:
    agent, _ = enrol(store)
    pair = [batch(agent, report(1)), batch(agent, report(1, section={"processes": 3}))]
    for group in [pair] if together else [[one] for one in pair]:
        with store.write() as connection:
            answers = write(connection, group)
    assert answers[-1].conflicting == 1
    with store.read() as connection:
        (kept,) = connection.execute(select(conflicts)).all()
        assert (kept.agent, kept.seq, kept.kind) == (agent, 1, "load")
        assert '"processes":3' in kept.body
        assert connection.execute(select(agents.c.state)).scalar_one() == "quarantined"
