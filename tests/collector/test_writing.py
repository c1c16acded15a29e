from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from collector import asks
from collector.batch import Batch, Stored
from collector.ingest import understood
from collector.store.database import Store
from collector.store.tables import epochs, latest, reports
from collector.writing import write
from tests.collector.office import EPOCH, NOON, body, enrol, report


def batch(agent: str, *sent: dict[str, Any], epoch: str = EPOCH, minutes: int = 0) -> Batch:
    found, _ = understood(agent, body(*sent, epoch=epoch), NOON + timedelta(minutes=minutes))
    return found


def stored(store: Store, *batches: Batch) -> list[Stored]:
    with store.write() as connection:
        return write(connection, batches)


def test_a_batch_is_stored_byte_for_byte(store: Store) -> None:
    agent, _ = enrol(store)
    odd = b'{"version":1,"epoch":"%s","reports":[ {"kind":"load", "new":"\\u1ebf",  "seq":1,"section":{"x": 1.50}}]}'
    found, _ = understood(agent, odd % EPOCH.encode(), NOON)
    stored(store, found)
    with store.read() as connection:
        kept = connection.execute(select(reports.c.body)).scalar_one()
    assert kept == '{"kind":"load", "new":"\\u1ebf",  "seq":1,"section":{"x": 1.50}}'


def test_a_batch_that_comes_twice_is_stored_once_and_acknowledged_twice(store: Store) -> None:
    agent, _ = enrol(store)
    once = batch(agent, report(1), report(2))
    assert stored(store, once) == [Stored(approved=True, new=2)]
    assert stored(store, once) == [Stored(approved=True, repeated=2)]
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(reports)).scalar_one() == 2


def test_two_batches_of_one_group_may_overlap(store: Store) -> None:
    agent, _ = enrol(store)
    answers = stored(store, batch(agent, report(1), report(2)), batch(agent, report(2), report(3)))
    assert all(answer.approved for answer in answers)
    with store.read() as connection:
        seqs = connection.execute(select(reports.c.seq).order_by(reports.c.seq)).scalars().all()
    assert list(seqs) == [1, 2, 3]


def test_each_of_many_new_agents_in_one_group_keeps_its_own_epoch(store: Store) -> None:
    agents = [enrol(store, asset=None)[0] for _ in range(64 + 16 + 4 + 1)]
    stored(store, batch(agents[40], report(1)))
    stored(store, *(batch(agent, report(2)) for agent in agents), batch(agents[7], report(3)))
    with store.read() as connection:
        told = connection.execute(
            select(reports.c.agent, reports.c.seq, epochs.c.agent, epochs.c.highest_seq)
            .join(epochs, epochs.c.id == reports.c.stream)
            .where(reports.c.seq > 1)
        ).all()
    wanted = [(agent, 2, agent, 3 if agent == agents[7] else 2) for agent in agents]
    assert sorted(map(tuple, told)) == sorted([*wanted, (agents[7], 3, agents[7], 3)])


def test_the_same_number_with_other_bytes_is_told_apart(store: Store) -> None:
    agent, _ = enrol(store)
    stored(store, batch(agent, report(1)))
    (answer,) = stored(store, batch(agent, report(1, section={"processes": 3})))
    assert (answer.new, answer.repeated, answer.conflicting) == (0, 0, 1)


@pytest.mark.parametrize("state", ["pending", "revoked"])
def test_nothing_is_stored_of_an_agent_that_is_not_approved(store: Store, state: str) -> None:
    agent, _ = enrol(store, state=state)
    other, _ = enrol(store, asset="pc-02")
    refused, taken = stored(store, batch(agent, report(1)), batch(other, report(1)))
    assert (refused.approved, taken.approved) == (False, True)
    with store.read() as connection:
        assert connection.execute(select(reports.c.agent)).scalars().all() == [other]


def test_any_order_of_arrival_ends_in_the_same_newest_reading(store: Store) -> None:
    agent, _ = enrol(store)
    first, second = EPOCH, EPOCH[::-1]
    stored(store, batch(agent, report(1), epoch=first), batch(agent, report(1), epoch=second))
    rest = [
        batch(agent, report(seq, at=f"20{70 - seq}-01-01T00:00:00Z"), epoch=epoch)
        for epoch, seq in itertools.product((first, second), range(2, 8))
    ]
    for one in [*rest[1::3], *rest[::-3], *rest]:  # out of order, and some of it twice
        stored(store, one)
    with store.read() as connection:
        row = connection.execute(select(latest)).one()
    assert (row.ordinal, row.seq) == (2, 7)


def test_each_backup_set_has_a_newest_receipt_of_its_own(store: Store) -> None:
    agent, _ = enrol(store)
    receipt = {"ok": True, "started_at": "2026-11-23T10:00:00Z", "duration_seconds": 3.0}
    stored(
        store,
        batch(
            agent,
            report(1, "backup", {"set": "van-ban", **receipt}),
            report(2, "backup", {"set": "ho-so", **receipt}),
        ),
    )
    with store.read() as connection:
        kinds = connection.execute(select(latest.c.kind).order_by(latest.c.kind)).scalars().all()
    assert list(kinds) == ["backup/ho-so", "backup/van-ban"]


def test_a_section_that_does_not_fit_is_kept_but_not_believed(store: Store) -> None:
    agent, _ = enrol(store)
    sent = body(report(1, "presence", {"state": "exploded"}), report(2, "weather", [1]))
    found, invalid = understood(agent, sent, NOON)
    stored(store, found)
    assert len(invalid) == 1
    assert invalid[0].startswith("presence: Invalid enum value 'exploded'")
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(reports)).scalar_one() == 2
        assert connection.execute(select(latest.c.kind)).scalars().all() == ["weather"]


@pytest.mark.parametrize(
    "at", ["2099-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "2026-11-23T10:00:00", "soon", 7, None]
)
def test_a_clock_that_is_not_sound_gives_way_to_the_receipt(store: Store, at: object) -> None:
    agent, _ = enrol(store)
    stored(store, batch(agent, report(1, at=at)))
    with store.read() as connection:
        assert connection.execute(select(reports.c.at)).scalar_one() == NOON


def test_the_answer_carries_what_is_asked_of_that_asset_once(store: Store) -> None:
    agent, _ = enrol(store)
    with store.write() as connection:
        number = asks.ask(connection, NOON, "pc-01", "backup", "van-ban")
        assert asks.ask(connection, NOON, "pc-01", "backup", "van-ban") == number
        asks.ask(connection, NOON, "pc-02", "backup", "van-ban")
    (answer,) = stored(store, batch(agent, report(1)))
    assert [(one.id, one.job, one.argument) for one in answer.asks] == [
        (number, "backup", "van-ban")
    ]
    assert stored(store, batch(agent, report(2)))[0].asks == ()
    receipt = {"set": "van-ban", "ok": True, "started_at": "", "duration_seconds": 1, "job": number}
    stored(store, batch(agent, report(3, "backup", receipt)))
    with store.write() as connection:
        assert asks.open_ask(connection, "pc-01", "backup", "van-ban") is None
        assert asks.open_ask(connection, "pc-02", "backup", "van-ban") is not None


def test_a_receipt_cannot_close_what_was_asked_of_another_asset(store: Store) -> None:
    enrol(store)
    other, _ = enrol(store, asset="pc-02")
    with store.write() as connection:
        number = asks.ask(connection, NOON, "pc-01", "backup", "van-ban")
    receipt = {"set": "van-ban", "ok": True, "started_at": "", "duration_seconds": 1, "job": number}
    stored(store, batch(other, report(1, "backup", receipt)))
    with store.read() as connection:
        assert asks.open_ask(connection, "pc-01", "backup", "van-ban") == number


def test_the_receipt_moves_the_agents_last_report(store: Store) -> None:
    agent, _ = enrol(store)
    stored(store, batch(agent, report(1), minutes=5))
    with store.read() as connection:
        seen = connection.execute(select(epochs.c.last_report_at)).scalar_one()
    assert seen == NOON + timedelta(minutes=5)


def test_numbers_of_rows_grow_with_the_order_of_a_batch(store: Store) -> None:
    agent, _ = enrol(store)
    stored(store, batch(agent, *(report(seq) for seq in (5, 3, 4, 1, 2))))
    with store.read() as connection:
        seqs = connection.execute(select(reports.c.seq).order_by(reports.c.id)).scalars().all()
    assert list(seqs) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("job", "argument"),
    [("shell", None), ("backup", None), ("backup", "../etc"), ("report-now", "van-ban")],
)
def test_only_what_is_on_the_list_can_be_asked(
    store: Store, job: str, argument: str | None
) -> None:
    with store.write() as connection, pytest.raises(asks.AskError):
        asks.ask(connection, NOON, "pc-01", job, argument)
