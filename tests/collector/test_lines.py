from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from collector import rollup
from collector.hourly import prune
from collector.lines import look, recent, record
from collector.lines.hours import COURSE
from collector.store.database import Store
from tests.collector.office import NOON, OFFICE
from tests.collector.served import free_port


@pytest.fixture
def answering() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_line_is_up_while_one_target_answers(answering: str) -> None:
    silent = f"127.0.0.1:{free_port()}"
    line = OFFICE.lines[0].model_copy(update={"targets": (silent, answering)})
    seen = look(line, NOON, ())
    assert (seen.line, seen.at, seen.up) == ("vnpt", NOON, True)
    refused, answered = seen.targets
    assert (refused.target, refused.latency_seconds) == (silent, None)
    assert refused.error == "connection refused"
    assert answered.error is None
    assert answered.latency_seconds is not None
    assert 0 < answered.latency_seconds < 3


def test_a_line_is_down_when_none_answers() -> None:
    targets = tuple(f"127.0.0.1:{free_port()}" for _ in range(2))
    assert not look(OFFICE.lines[0].model_copy(update={"targets": targets}), NOON, ()).up


def test_an_address_of_ip_6_stands_in_brackets() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        target = f"[::1]:{server.getsockname()[1]}"
        line = OFFICE.lines[0].model_copy(update={"targets": (target, target)})
        assert look(line, NOON, ()).targets[0].error is None


def test_a_target_that_cannot_be_found_is_told_in_words() -> None:
    line = OFFICE.lines[0].model_copy(update={"targets": ("name.invalid:443",) * 2})
    assert look(line, NOON, ()).targets[0].error == "the name was not found"


def test_readings_are_kept_newest_first_and_pruned(store: Store) -> None:
    line = OFFICE.lines[0].model_copy(update={"targets": (f"127.0.0.1:{free_port()}",) * 2})
    seen = [look(line, NOON + timedelta(minutes=minutes), ()) for minutes in range(3)]
    with store.write() as connection:
        for reading in seen:
            record(connection, reading)
        assert recent(connection, NOON) == {"vnpt": tuple(reversed(seen))}
    assert prune(store, COURSE, NOON + timedelta(minutes=2)) == 0  # not in their hour yet
    rollup.roll_up(store, NOON + timedelta(hours=1))
    assert prune(store, COURSE, NOON + timedelta(minutes=2), at_once=1) == 2
    with store.read() as connection:
        assert recent(connection, NOON) == {"vnpt": (seen[2],)}
