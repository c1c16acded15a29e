from __future__ import annotations

import json
import socket
import struct
import subprocess  # noqa: TID251 - a network of its own is made here
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent.host import Neighbour, UnreadableError
from agent.host.netlink import DONE, ERROR, NEW_NEIGHBOUR, neighbour_rows
from agent.host.recorded import Recorded, opened
from agent.host.recording import Recording
from agent.neighbours import MOST, NOTE, probe, sought
from agent.probes import read
from agent.report import Gap
from tests.agent import door
from tests.agent.machines import NOON
from tests.agent.test_service import ended, running
from tests.namespaces import apart

MISSED, OTHER, STRANGER = "02:00:00:00:00:02", "02:00:00:00:00:03", "0a:bb:cc:dd:ee:ff"


def pc(folder: Path, *table: tuple[str, str, float | None]) -> Recorded:
    facts = {"system": "linux", "neighbours": [list(row) for row in table]}
    (folder / "recording.json").write_text(json.dumps(facts))
    return opened(folder, NOON)


def asked(*macs: str) -> dict[str, str]:
    return {NOTE: " ".join(macs)}


def test_of_the_table_only_those_that_are_sought_are_told(tmp_path: Path) -> None:
    host = pc(tmp_path, (MISSED, "stale", 71.6), (STRANGER, "reachable", 1.0))
    reading = read("neighbours", host, asked(MISSED, OTHER))
    assert reading.section == {"seen": [{"mac": MISSED, "state": "stale", "confirmed_seconds": 72}]}
    assert reading.gaps == ()


def test_a_pc_of_several_addresses_is_told_once_by_its_freshest(tmp_path: Path) -> None:
    rows = ((MISSED, "stale", 9.0), (MISSED, "reachable", 3.0), (MISSED, "reachable", 30.0))
    (row,) = probe(pc(tmp_path, *rows), asked(MISSED)).section["seen"]
    assert row == {"mac": MISSED, "state": "reachable", "confirmed_seconds": 3}


macs = some.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":"))


@given(
    some.lists(
        some.tuples(macs, some.sampled_from(["reachable", "stale"]), some.none()), max_size=9
    ),
    some.lists(macs, max_size=4),
    some.data(),
)
def test_no_address_of_a_stranger_is_ever_in_a_report(
    table: list[tuple[str, str, None]], others: list[str], data: some.DataObject
) -> None:
    chosen = [row[0] for row in table if data.draw(some.booleans())]
    wanted = {*chosen, *others}

    class Known(Recorded):
        def neighbours(self) -> tuple[Neighbour, ...]:
            return tuple(Neighbour(*row) for row in table)

    reading = probe(Known(Path(), NOON), asked(*wanted))
    told = {row["mac"] for row in reading.section["seen"]}
    assert told == {mac for mac, _, _ in table} & wanted
    text = json.dumps([reading.section, [gap.cause for gap in reading.gaps]])
    assert not any(mac in text for mac, _, _ in table if mac not in wanted)


def test_while_no_pc_is_sought_the_table_is_not_even_read(tmp_path: Path) -> None:
    class Closed(Recorded):
        def neighbours(self) -> tuple[Neighbour, ...]:
            raise AssertionError

    host = Closed(tmp_path, NOON)
    assert probe(host).section == {"seen": []}
    assert probe(host, {NOTE: ""}).section == {"seen": []}


def test_a_table_that_cannot_be_read_is_a_gap_and_no_empty_table(tmp_path: Path) -> None:
    class Denied(Recorded):
        def neighbours(self) -> tuple[Neighbour, ...]:
            raise UnreadableError("permission denied: table of neighbours")

    reading = probe(Denied(tmp_path, NOON), asked(MISSED))
    gap = Gap("neighbours", "permission denied: table of neighbours")
    assert (reading.section, reading.gaps) == ({}, (gap,))


def test_no_recording_keeps_the_table(tmp_path: Path) -> None:
    (tmp_path / "pc").mkdir()
    host = pc(tmp_path / "pc", (MISSED, "stale", 5.0), (STRANGER, "reachable", 1.0))
    recording = Recording(host, tmp_path / "again")
    assert probe(recording, asked(MISSED)).section["seen"]
    recording.close()
    written = "".join(path.read_text() for path in tmp_path.glob("again/**/*.*"))
    assert "linux" in written
    assert STRANGER not in written
    assert MISSED not in written


def test_windows_tells_by_its_class_of_neighbours(tmp_path: Path) -> None:
    (tmp_path / "wmi").mkdir()
    states = {"02-00-00-00-00-02": 5, "02-00-00-00-00-03": 4, "02-00-00-00-00-04": 6, "": 1}
    rows = [
        f"LinkLayerAddress={mac}\r\nState={state}\r\nIPAddress=10.0.0.9\r\n"
        for mac, state in states.items()
    ]
    (tmp_path / "wmi/MSFT_NetNeighbor.wmi").write_text("\r\n\r\n".join(rows), newline="")
    reading = read("neighbours", opened(tmp_path, NOON), asked(MISSED, "02:00:00:00:00:04"))
    assert reading.section == {"seen": [{"mac": MISSED, "state": "reachable"}]}


@pytest.mark.parametrize(
    "found",
    [
        None,
        "02:00:00:00:00:02",
        {"macs": []},
        ["02-00-00-00-00-02"],
        ["02:00:00:00:00:0G"],
        ["02:00:00:00:00:02\n"],
        ["02:00:00:00:00:02", 5],
        ["http://10.0.0.1/"],
        ["02:00:00:00:00:02 --option"],
        [MISSED] * (MOST + 1),
    ],
)
def test_what_is_no_list_of_addresses_seeks_nobody(found: Any) -> None:
    assert sought(found) == ()


def test_addresses_are_taken_as_data_once_each() -> None:
    assert sought([OTHER, MISSED, OTHER]) == (MISSED, OTHER)


def entry(state: int, mac: bytes, cache: bytes = struct.pack("=IIII", 250, 1, 1, 0)) -> bytes:
    body = struct.pack("=BxxxiHBB", socket.AF_INET, 2, state, 0, 1)
    for kind, raw in ((2, mac), (3, cache)):
        size = 4 + len(raw)
        body += struct.pack("=HH", size, kind) + raw + bytes(-size % 4)
    return struct.pack("=IHHII", 16 + len(body), NEW_NEIGHBOUR, 2, 1, 0) + body


def test_states_that_tell_of_nobody_there_are_left_out() -> None:
    mac = bytes.fromhex("020000000002")
    answer = b"".join(entry(1 << bit, mac) for bit in range(8))
    found = list(neighbour_rows(answer + struct.pack("=IHHII", 16, DONE, 2, 1, 0), 100))
    states = ["reachable", "stale", "stale", "stale"]
    assert found == [*(Neighbour(MISSED, state, 2.5) for state in states), None]
    assert list(neighbour_rows(entry(2, mac, b""), 100)) == [Neighbour(MISSED, "reachable", None)]
    assert list(neighbour_rows(entry(2, mac[:5]), 100)) == []


def test_an_error_of_the_kernel_is_one() -> None:
    refused = struct.pack("=IHHIIi", 20, ERROR, 0, 1, 0, -1)
    with pytest.raises(OSError, match="not permitted"):
        list(neighbour_rows(refused, 100))


@given(some.binary(max_size=200))
def test_any_answer_is_neighbours_or_an_error(noise: bytes) -> None:
    with suppress(OSError):
        list(neighbour_rows(noise, 100))


NETWORK = """
set -e
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:02 nud stale dev v0
ip neigh add fe80::3 lladdr 02:00:00:00:00:03 nud reachable dev v0
ip neigh add 10.9.9.4 lladdr 02:00:00:00:00:04 nud permanent dev v0
ip neigh add 10.9.9.5 lladdr 0a:bb:cc:dd:ee:ff nud reachable dev v0
"$0" -I -m agent probe neighbours --notes \
 '{"neighbours:sought": "02:00:00:00:00:02 02:00:00:00:00:03 02:00:00:00:00:04"}'
"""


def test_the_kernel_s_own_table_of_both_kinds_of_ip_is_read() -> None:
    command = [*apart("--net"), "sh", "-c", NETWORK, sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    seen = {row["mac"]: row["state"] for row in told["section"]["seen"]}
    assert (seen, told["gaps"]) == ({MISSED: "stale", OTHER: "reachable"}, [])
    assert STRANGER not in done.stdout


def test_the_agent_tells_of_the_missed_while_it_is_asked_and_of_nothing_else(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        with running(state) as agent:
            door.eventually(lambda: len(there.sections("load")) >= 3, 60)
            assert not there.sections("neighbours")
            there.neighbours = [MISSED]
            door.eventually(lambda: there.sections("neighbours"), 60)
            assert there.sections("neighbours") == [{"seen": []}]
            there.neighbours = ["http://10.0.0.1/"]
            before = len(there.sections("load"))
            door.eventually(lambda: len(there.sections("load")) > before + 2, 60)
            there.neighbours = [MISSED, OTHER]
            before = len(there.sections("load"))
            door.eventually(lambda: len(there.sections("load")) > before + 2, 60)
            ended(agent)
        assert len(there.sections("neighbours")) == 1  # the same again is told after a while
