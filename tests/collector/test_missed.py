from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from agent.link import _understood as understood
from collector.ingest import Ingest
from collector.kept import EVERY_SECONDS, Kept
from collector.missed import MOST, missed
from collector.neighbours import Neighbour, Neighbours
from collector.own_metrics import OwnMetrics
from collector.readings import Interface, Load, Presence, System
from collector.sightings import Sighting, addresses, sightings
from collector.state import Agent, Latest, Machine
from collector.store.columns import METADATA
from collector.store.database import connect
from collector.wire import BatchAnswer
from collector.writer import Writer
from tests.collector.office import OFFICE, body, enrol, report

WORK = datetime.fromisoformat("2026-11-23T03:00:00+00:00")  # Monday, 10:00 in Việt Nam
LONG = timedelta(hours=1)
PC1, PC2, SERVER = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:09"


def pc(
    asset: str,
    mac: str | tuple[Interface, ...],
    ago: timedelta = LONG,
    word: Any = None,
    seen: tuple[Neighbour, ...] | None = None,
) -> Machine:
    at = WORK - ago
    network = mac if isinstance(mac, tuple) else (Interface("eth0", mac, "ethernet", True),)
    return Machine(
        asset,
        agent=Agent("a", asset, "approved", "MAY", at, at),
        system=Latest(3, at, at, System(network=network)),
        load=Latest(4, at, at, Load()),
        presence=Latest(5, at, at, Presence(word)) if word else None,
        neighbours=Latest(6, at, at, Neighbours(seen)) if seen is not None else None,
    )


def fleet(*machines: Machine) -> dict[str, Machine]:
    return {one.asset: one for one in machines}


def test_a_pc_that_is_silent_or_whose_agent_was_ended_is_missed() -> None:
    now = fleet(pc("pc-01", PC1), pc("pc-02", PC2, word="stopped"), pc("may-chu", SERVER))
    assert missed(OFFICE, now, WORK) == (PC1, PC2, SERVER)


@pytest.mark.parametrize("word", ["shutdown", "sleep"])
def test_a_pc_that_said_goodbye_is_not_asked_for(word: str) -> None:
    now = fleet(pc("pc-01", PC1, word=word), pc("pc-02", PC2, timedelta(0)))
    assert missed(OFFICE, now, WORK) == ()


def test_by_night_nobody_is_asked_for_who_may_be_off() -> None:
    now = fleet(pc("pc-01", PC1))
    assert missed(OFFICE, now, WORK + timedelta(hours=12)) == ()


def test_a_pc_that_never_told_its_address_or_nonsense_cannot_be_sought() -> None:
    rows = (
        Interface("docker0", "02:42:00:00:00:01", "bridge"),
        Interface("eth0", "01:00:5e:00:00:01", "ethernet"),
        Interface("eth1", "00:00:00:00:00:00", "ethernet"),
        Interface("eth2", "'; DROP TABLE agents; --", "ethernet"),
        Interface("eth3", None, "ethernet"),
        Interface("wlan0", "AA:BB:CC:DD:EE:F0", "wifi"),
    )
    assert addresses(pc("pc-01", rows)) == {"aa:bb:cc:dd:ee:f0"}
    assert addresses(Machine("pc-01")) == frozenset()
    assert missed(OFFICE, fleet(pc("pc-01", rows[:5])), WORK) == ()


def test_an_address_that_two_pcs_tell_of_is_not_asked_for() -> None:
    docked = fleet(pc("pc-01", PC1), pc("pc-02", PC1, timedelta(0)))
    assert missed(OFFICE, docked, WORK) == ()


def test_no_answer_names_more_than_an_agent_takes() -> None:
    rows = tuple(Interface(f"eth{n}", f"02:00:00:00:01:{n:02x}", "ethernet") for n in range(99))
    assert len(missed(OFFICE, fleet(pc("pc-01", rows)), WORK)) == MOST


def test_who_saw_a_pc_is_told_with_the_evidence_and_the_time_the_newest_first() -> None:
    minute = timedelta(minutes=1)
    now = fleet(
        pc("pc-01", PC1),
        pc("pc-02", PC2, minute, seen=(Neighbour(PC1, "stale", 90.0), Neighbour(SERVER, "stale"))),
        pc("may-chu", SERVER, 2 * minute, seen=(Neighbour(PC1, "reachable"),)),
    )
    assert sightings(now, "pc-01") == (
        Sighting("may-chu", 6, WORK - 2 * minute, fresh=True),
        Sighting("pc-02", 6, WORK - minute - timedelta(seconds=90), fresh=True),
    )
    (row,) = sightings(now, "may-chu")
    assert (row.by, row.fresh) == ("pc-02", False)
    assert sightings(now, "pc-99") == ()


def test_the_look_is_taken_in_a_thread_once_a_minute_and_no_answer_waits_for_it() -> None:
    looks: list[int] = []
    seconds = [0.0]

    def look() -> tuple[str, ...]:
        looks.append(1)
        if len(looks) == 2:
            raise OperationalError("SELECT", {}, Exception("gone"))
        return (PC1,)

    async def story() -> list[tuple[str, ...]]:
        watched = Kept[tuple[str, ...]](look, (), lambda: seconds[0])
        found = [watched.value()]
        for at in (0.0, 1.0, EVERY_SECONDS, EVERY_SECONDS + 1):
            if watched._looking:
                await watched._looking
            seconds[0] = at
            found.append(watched.value())
        if watched._looking:
            await watched._looking
        return [*found, watched.value()]

    told = asyncio.run(story())
    assert told == [(), (PC1,), (PC1,), (PC1,), (), ()]
    assert len(looks) == 2


def test_the_answer_to_a_report_carries_the_missed_and_nothing_while_none_is(
    tmp_path: Path,
) -> None:
    store = connect(f"sqlite:///{tmp_path}/wardwatch.sqlite")
    METADATA.create_all(store.engine)
    _, shown = enrol(store)
    sent: list[Any] = []

    async def story(writer: Writer) -> None:
        names: list[tuple[str, ...]] = [(), (PC1,)]
        ingest = Ingest(store, writer, OwnMetrics(), lambda: WORK, lambda: names[-1])
        for seq in (1, 2):
            await _post(ingest, shown, body(report(seq)), sent)
            looking = ingest._missed._looking
            assert looking is not None
            await looking

    with Writer(store) as writer:
        asyncio.run(story(writer))
    first, second = (msgspec.json.decode(one["body"]) for one in sent if "body" in one)
    assert "neighbours" not in first
    assert second["neighbours"] == [PC1]
    store.close()


async def _post(ingest: Ingest, shown: str, data: bytes, sent: list[Any]) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", shown.encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/reports", "headers": headers}
    await ingest(scope, receive, send)


def test_an_agent_understands_the_answer_of_a_newer_and_of_an_older_collector() -> None:
    data = body(report(1))
    batch = hashlib.sha256(data).hexdigest()
    for told, expected in (((PC1, PC2), (PC1, PC2)), (msgspec.UNSET, ())):
        answer = BatchAnswer(batch, "0" * 32, (1,), neighbours=told)
        assert understood(msgspec.json.encode(answer), data).neighbours == expected
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(
            msgspec.json.encode(BatchAnswer(batch, "0", (), neighbours=("http://x/",))),
            type=BatchAnswer,
        )
