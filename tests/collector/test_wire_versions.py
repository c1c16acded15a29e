"""What agents of past versions send is understood for as long as they may be out there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from collector import wire
from collector.ingest import understood
from collector.numbers import Numbers, numbers
from collector.store.database import Store
from collector.store.tables import latest
from collector.writing import write
from tests.collector.office import NOON, enrol

VERSIONS = sorted((Path(__file__).parent / "wire_versions").glob("*.json"))
"""One file for each version of the wire, never edited once an agent of it was given out."""


def sent(path: Path) -> dict[str, Any]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])


def test_every_version_up_to_this_one_is_kept() -> None:
    assert [path.stem for path in VERSIONS] == [str(n) for n in range(1, wire.VERSION + 1)]


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_past_agents_reports_are_believed_and_counted(store: Store, path: Path) -> None:
    agent, _ = enrol(store)
    batch, invalid = understood(agent, msgspec.json.encode(sent(path)["batch"]), NOON)
    assert invalid == ()
    with store.write() as connection:
        write(connection, [batch])
        kinds = set(connection.execute(select(latest.c.kind)).scalars())
        assert kinds == {"presence", "hardware", "load", "security", "backup/van-ban", "loss"}
        assert numbers(connection, agent)[agent] == Numbers(accepted=7, stored=6, declared_lost=1)


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_past_agent_may_join_and_finds_the_answers_fields_that_it_reads(path: Path) -> None:
    past = sent(path)
    assert wire.join_request(msgspec.json.encode(past["join"])).hostname == "MAY-01"
    answer = wire.BatchAnswer("00" * 32, "11" * 16, (1,))
    assert set(past["answer"]) <= set(msgspec.to_builtins(answer))


@pytest.mark.parametrize("version", [0, wire.VERSION + 1, wire.VERSION + 2, None, "1"])
def test_a_body_of_another_version_is_refused_and_named(version: object) -> None:
    told = {**sent(VERSIONS[-1])["batch"], "version": version}
    with pytest.raises(wire.WireError, match="version"):
        understood("a1", msgspec.json.encode(told), NOON)
