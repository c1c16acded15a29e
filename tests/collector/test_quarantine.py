from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from collector import asks, joining
from collector.audit import verify
from collector.batch import Stored
from collector.ingest import understood
from collector.live import Live
from collector.quarantine import CONFLICTS_KEPT, machine
from collector.store.database import Store
from collector.store.tables import agents, audit, conflicts, latest, reports
from collector.wire import JoinRequest
from collector.writing import write
from tests.collector.office import EPOCH, NOON, OFFICE, body, enrol, report

SECOND = EPOCH[::-1]


def put(store: Store, agent: str, *sent: dict[str, Any], epoch: str = EPOCH) -> Stored:
    found, _ = understood(agent, body(*sent, epoch=epoch), NOON)
    with store.write() as connection:
        return write(connection, [found])[0]


def hardware(seq: int, uuid: str | None) -> dict[str, Any]:
    return report(seq, "hardware", {"system": {"uuid": uuid}})


def states(store: Store) -> Sequence[tuple[str, str | None]]:
    with store.read() as connection:
        rows = connection.execute(select(agents.c.state, agents.c.quarantine_cause))
        return [(row.state, row.quarantine_cause) for row in rows]


def copied(store: Store) -> str:
    """An agent whose key was seen on two machines."""
    agent, _ = enrol(store)
    put(store, agent, report(1))
    put(store, agent, report(1, section={"processes": 3}))
    return agent


def test_a_number_that_comes_again_with_other_bytes_quarantines_the_agent(store: Store) -> None:
    agent = copied(store)
    assert states(store) == [("quarantined", "same-number")]
    with store.read() as connection:
        row = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).one()
        assert verify(connection).broken_seq is None
    assert (row.action, row.actor) == ("agent-quarantined", "wardwatch")
    assert msgspec.json.decode(row.detail) == {
        "agent": agent,
        "asset": "pc-01",
        "cause": "same-number",
    }


def test_of_a_quarantined_agent_all_is_stored_and_nothing_believed_or_asked(store: Store) -> None:
    agent = copied(store)
    with store.write() as connection:
        asks.ask(connection, NOON, "pc-01", "backup", "van-ban")
    answer = put(store, agent, report(2, section={"processes": 9}))
    assert (answer.approved, answer.new, answer.asks) == (True, 1, ())
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(reports)).scalar_one() == 2
        assert connection.execute(select(latest.c.seq)).scalars().all() == [1]
        assert asks.open_ask(connection, "pc-01", "backup", "van-ban") is not None


def test_the_live_state_tells_the_quarantine_and_its_cause(store: Store) -> None:
    copied(store)
    seen = Live(store).refresh().machines["pc-01"].agent
    assert seen is not None
    assert (seen.state, seen.quarantined_at) == ("quarantined", NOON)
    assert seen.quarantine_cause == "same-number"


def test_an_old_epoch_that_goes_on_from_other_hardware_is_a_copy(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, hardware(1, "AAAA"))
    put(store, agent, hardware(1, "BBBB"), epoch=SECOND)
    assert states(store) == [("approved", None)]  # a spool set up anew on another board
    put(store, agent, report(2))
    assert states(store) == [("quarantined", "two-machines")]


def test_the_hardware_may_be_told_in_the_very_batch_that_goes_on(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, report(1))
    put(store, agent, hardware(1, "BBBB"), epoch=SECOND)
    put(store, agent, hardware(2, "AAAA"))
    assert states(store) == [("quarantined", "two-machines")]


@pytest.mark.parametrize(("first", "then"), [("AAAA", "aaaa"), (None, "BBBB"), ("AAAA", None)])
def test_an_old_epoch_from_the_same_or_unknown_hardware_is_no_proof(
    store: Store, first: str | None, then: str | None
) -> None:
    agent, _ = enrol(store)
    put(store, agent, hardware(1, first))
    put(store, agent, hardware(1, then), epoch=SECOND)
    put(store, agent, report(2))
    assert states(store) == [("approved", None)]


def test_a_late_report_of_an_old_epoch_is_no_copy(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, hardware(1, "AAAA"), report(4))
    put(store, agent, hardware(1, "BBBB"), epoch=SECOND)
    put(store, agent, report(3), hardware(1, "AAAA"))
    assert states(store) == [("approved", None)]


def test_the_way_out_is_to_revoke_and_to_join_anew(store: Store) -> None:
    agent = copied(store)
    with store.write() as connection:
        token = joining.new_token(connection, NOON, OFFICE, "cli:can-bo", "pc-01")
        asked = JoinRequest(1, token, "ab" * 32, "MAY-01", "windows")
        answer = joining.join(connection, NOON, OFFICE, asked)
    assert answer.state == "approved"
    assert [state for state, _ in states(store)] == ["revoked", "approved"]
    assert put(store, agent, report(3)) == Stored(approved=False)
    seen = Live(store).refresh().machines["pc-01"].agent
    assert seen is not None
    assert seen.id == answer.agent


def test_a_quarantined_agents_token_opens_nothing_more(store: Store) -> None:
    with store.write() as connection:
        token = joining.new_token(connection, NOON, OFFICE, "cli:can-bo", "pc-01")
        asked = JoinRequest(1, token, "ab" * 32, "MAY-01", "windows")
        agent = joining.join(connection, NOON, OFFICE, asked).agent
    put(store, agent, report(1))
    put(store, agent, report(1, section={"processes": 3}))
    with store.write() as connection, pytest.raises(joining.RefusedError):
        joining.join(connection, NOON, OFFICE, asked)


def test_a_copy_cannot_fill_the_disk_with_conflicts(store: Store) -> None:
    agent, _ = enrol(store)
    numbers = range(1, CONFLICTS_KEPT + 20)
    put(store, agent, *(report(seq) for seq in numbers))
    for processes in (1, 2):
        put(store, agent, *(report(seq, section={"processes": processes}) for seq in numbers))
    with store.read() as connection:
        kept = connection.execute(select(func.count()).select_from(conflicts)).scalar_one()
    assert kept == CONFLICTS_KEPT


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ('{"system":{"uuid":"4C4C-AB","serial":"x"}}', "4c4c-ab"),
        ('{"system":{"manufacturer":"Dell","model":"M","serial":"S1"}}', "Dell/M/S1"),
        ('{"system":{"manufacturer":"Dell","model":"M"}}', None),
        ('{"system":7}', None),
        ("{}", None),
    ],
)
def test_a_machine_is_known_by_its_uuid_else_by_its_serial(
    section: str, expected: str | None
) -> None:
    assert machine(f'{{"seq":1,"kind":"hardware","section":{section}}}') == expected
