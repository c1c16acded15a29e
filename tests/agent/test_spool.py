from __future__ import annotations

import json
import multiprocessing
import secrets
import signal
import sqlite3
import sys
import textwrap
from pathlib import Path
from subprocess import PIPE, Popen  # noqa: TID251 - processes are killed here for real
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from agent.report import Gap
from agent.spool import Batch, Spool, SpoolError
from agent.spool_limits import Limits
from agent.spool_rescue import recovered

NOON = "2026-11-23T12:00:00Z"
LARGE = 1 << 20


def the_batch(spool: Spool, limit_bytes: int = LARGE) -> Batch:
    batch = spool.batch(limit_bytes)
    assert batch is not None
    return batch


def reports(spool: Spool) -> list[dict[str, Any]]:
    batch = spool.batch(1 << 30)
    return json.loads(batch.body)["reports"] if batch else []


def test_what_was_appended_comes_out_as_the_wire_has_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    assert spool.append("load", {"a": "Phường"}, (Gap("b", "c"),), at=NOON, cpu_seconds=0.25) == 1
    batch = the_batch(spool)
    assert json.loads(batch.body) == {
        "version": 1,
        "epoch": spool.epoch,
        "reports": [
            {
                "seq": 1,
                "kind": "load",
                "at": NOON,
                "section": {"a": "Phường"},
                "gaps": [{"field": "b", "cause": "c"}],
                "cpu_seconds": 0.25,
            }
        ],
    }
    assert batch.seqs == (1,)
    spool.close()


def test_a_number_is_never_given_twice_not_even_after_all_was_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    assert spool.acknowledge(spool.epoch, [1]) == 1
    spool.close()
    again = Spool(tmp_path / "spool.sqlite")
    assert again.append("load", {}, at=NOON) == 2
    assert (again.accepted(), again.waiting(), again.noted("stored")) == (2, 1, "1")
    again.close()


def test_what_is_struck_is_sent_no_more_and_goes_with_the_next_report(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.append("load", {}, at=NOON)
    assert spool.strike("0" * 32, [1]) == 0
    assert spool.strike(spool.epoch, [1, 7]) == 1
    assert spool.strike(spool.epoch, [1]) == 0
    assert (spool.batch(1 << 20), spool.waits(), spool.waiting()) == (None, False, 0)
    beside = Spool(path)
    assert beside.waiting() == 1
    assert spool.append("load", {}, at=NOON) == 2
    assert (beside.waiting(), beside.noted("stored")) == (1, "1")
    batch = spool.batch(1 << 20)
    assert batch is not None
    assert batch.seqs == (2,)
    beside.close()
    spool.close()


def test_what_is_struck_is_deleted_at_the_end_and_sent_again_after_a_hard_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.append("load", {}, at=NOON)
    spool.strike(spool.epoch, [1])
    killed = Spool(path)  # what a process finds that knows nothing of the strike
    assert killed.waiting() == 1
    killed.close()
    spool.close()
    again = Spool(path)
    assert (again.waiting(), again.noted("stored")) == (0, "1")
    again.close()


def test_an_acknowledgement_of_another_epoch_deletes_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    assert spool.acknowledge("0" * 32, [1]) == 0
    assert spool.waiting() == 1
    spool.close()


def test_a_batch_holds_as_much_as_fits_and_always_at_least_one(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    for _ in range(10):
        spool.append("load", {"text": "x" * 1000}, at=NOON)
    assert the_batch(spool, 10).seqs == (1,)
    assert len(the_batch(spool, 4000).seqs) == 3
    assert len(the_batch(spool, 4000).body) <= 4000
    spool.close()


def test_a_section_too_large_to_be_sent_becomes_a_gap(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("hardware", {"text": "x" * (1 << 20)}, at=NOON)
    row = reports(spool)[0]
    assert row["section"] == {}
    assert "more than can be sent" in row["gaps"][0]["cause"]
    spool.close()


def test_a_flipped_byte_is_found_dropped_and_declared(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    for number in range(3):
        spool.append("load", {"mark": f"reading-{number}"}, at=NOON)
    spool.close()
    data = path.read_bytes()
    assert data.count(b"reading-1") == 1
    path.write_bytes(data.replace(b"reading-1", b"reading-9"))
    spool = Spool(path)
    the_batch(spool)
    rows = reports(spool)
    assert [row["seq"] for row in rows] == [1, 3, 4]
    lost = rows[-1]
    assert lost["kind"] == "loss"
    assert (lost["section"]["from_seq"], lost["section"]["to_seq"]) == (2, 2)
    assert "checksum" in lost["section"]["cause"]
    spool.close()


@settings(max_examples=25, deadline=None)
@given(place=some.integers(min_value=0, max_value=40_000), value=some.integers(0, 255))
@example(place=3796, value=128)  # in the schema: SQLite's complaint is no UTF-8 then
def test_no_single_byte_anywhere_makes_a_false_report_or_another_exception(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    path = tmp_path_factory.mktemp("flip") / "spool.sqlite"
    spool = Spool(path)
    for number in range(20):
        spool.append("load", {"number": number, "text": "x" * 500}, at=NOON)
    spool.close()
    data = bytearray(path.read_bytes())
    data[place % len(data)] = value
    path.write_bytes(data)
    try:
        again = recovered(path, NOON)
        the_batch(again)
        for row in reports(again):
            assert row["kind"] == "loss" or row["section"]["text"] == "x" * 500
        again.close()
    except SpoolError:
        pass  # told in a sentence, nothing invented


def test_a_foreign_file_is_put_aside_and_its_loss_declared_in_a_new_epoch(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"this is a spreadsheet" * 1000)
    with pytest.raises(SpoolError, match="not a database"):
        Spool(path)
    spool = recovered(path, NOON)
    assert (tmp_path / "spool.sqlite.damaged").read_bytes().startswith(b"this is a spreadsheet")
    assert [row["kind"] for row in reports(spool)] == ["loss"]
    spool.close()


def test_a_spool_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.note("version", "9")
    spool.close()
    with pytest.raises(SpoolError, match="version 9"):
        recovered(path, NOON)


def test_snapshots_go_before_events_and_every_drop_is_declared(tmp_path: Path) -> None:
    limits = Limits(size_bytes=200_000)
    spool = Spool(tmp_path / "spool.sqlite", limits)
    for number in range(400):
        kind = "presence" if number % 20 == 0 else "load"
        spool.append(kind, {"number": number, "text": "x" * 1000}, at=NOON)
    rows = reports(spool)
    events = [row for row in rows if row["kind"] == "presence"]
    losses = [row["section"] for row in rows if row["kind"] == "loss"]
    assert len(events) == 20
    assert rows[-1]["section"]["number"] == 399
    # No silent loss: accepted = waiting + declared (declarations are accepted themselves).
    assert spool.accepted() == len(rows) + sum(loss["count"] for loss in losses)
    spool.close()


def test_events_go_last_and_are_declared_too(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", Limits(size_bytes=100_000))
    for number in range(200):
        text = secrets.token_hex(1000)  # nothing that packing makes small
        spool.append("presence", {"number": number, "text": text}, at=NOON)
    rows = reports(spool)
    losses = [row["section"] for row in rows if row["kind"] == "loss"]
    assert losses
    assert spool.accepted() == len(rows) + sum(loss["count"] for loss in losses)
    spool.close()


def test_days_are_counted_by_readings_so_that_a_wrong_clock_does_not_empty_the_spool(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite", Limits(days=3))
    for day in ("2026-11-01", "2026-11-02", "2036-11-02"):
        spool.append("load", {"day": day}, at=f"{day}T08:00:00Z")
    assert spool.waiting() == 3
    spool.append("load", {"day": "later"}, at="2026-11-03T08:00:00Z")
    kinds = [(row["kind"], row["section"].get("day")) for row in reports(spool)]
    assert ("load", "2026-11-01") not in kinds
    assert ("load", "2036-11-02") in kinds
    assert [kind for kind, _ in kinds].count("loss") == 1
    spool.close()


def _appends(path: Path, count: int) -> None:
    spool = Spool(path)
    for number in range(count):
        spool.append("load", {"number": number}, at=NOON)
    spool.close()


def test_four_processes_append_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    Spool(path).close()
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_appends, args=(path, 25)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    spool = Spool(path)
    assert [row["seq"] for row in reports(spool)] == list(range(1, 101))
    spool.close()


WRITER = """
    import sys
    from pathlib import Path
    from agent.spool import Spool
    spool = Spool(Path(sys.argv[1]))
    while True:
        seq = spool.append("load", {"text": "x" * 300}, at="2026-11-23T12:00:00Z")
        print(seq, flush=True)
        if seq % 7 == 0:
            spool.acknowledge(spool.epoch, [seq - 3])
"""


@pytest.mark.parametrize("after", [1, 8, 15, 40, 111])
def test_kill_9_at_any_moment_loses_nothing_that_was_accepted(tmp_path: Path, after: int) -> None:
    path = tmp_path / "spool.sqlite"
    with Popen([sys.executable, "-c", textwrap.dedent(WRITER), str(path)], stdout=PIPE) as writer:
        assert writer.stdout is not None
        accepted = 0
        for line in writer.stdout:
            accepted = int(line)
            if accepted >= after:
                writer.send_signal(signal.SIGKILL)
                break
        rest = writer.stdout.read().split()
    accepted = max([accepted, *(int(word) for word in rest if word.isdigit())])
    spool = Spool(path)
    seqs = {row["seq"] for row in reports(spool)}
    stored = {seq - 3 for seq in range(7, accepted + 2, 7)}
    assert set(range(1, accepted + 1)) - seqs <= stored
    spool.close()


FULL = """
    import resource, sys
    from pathlib import Path
    from agent.spool import Spool, SpoolError
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
    spool = Spool(Path(sys.argv[1]))
    accepted = 0
    try:
        while True:
            accepted = spool.append("load", {"text": "x" * 2000}, at="2026-11-23T12:00:00Z")
    except SpoolError as problem:
        print(accepted, problem)
"""


def test_a_full_disk_is_told_and_what_was_accepted_stays(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    command = [sys.executable, "-c", textwrap.dedent(FULL), str(path)]
    with Popen(command, stdout=PIPE, text=True) as writer:
        told, _ = writer.communicate(timeout=60)
    accepted, _, sentence = told.partition(" ")
    assert "cannot use the spool" in sentence
    spool = Spool(path)
    assert [row["seq"] for row in reports(spool)] == list(range(1, int(accepted) + 1))
    assert spool.append("load", {}, at=NOON) == int(accepted) + 1
    spool.close()


def test_refused_reports_are_given_up_with_their_cause(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    spool.discard([1], "refused: malformed", at=NOON)
    rows = reports(spool)
    assert [(row["kind"], row["section"]["cause"]) for row in rows] == [
        ("loss", "refused: malformed")
    ]
    spool.close()


def test_the_file_is_for_this_account_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    spool.close()


def test_it_waits_for_another_writer_and_says_so_when_that_takes_too_long(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    spool._file.execute("PRAGMA busy_timeout=50")
    with pytest.raises(SpoolError, match="locked"):
        spool.append("load", {}, at=NOON)
    other.execute("ROLLBACK")
    other.close()
    assert spool.append("load", {}, at=NOON) == 1
    spool.close()


def test_full_durability_is_switched_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    assert spool._file.execute("PRAGMA synchronous").fetchone() == (2,)
    assert spool._file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    spool.close()


def test_a_week_without_a_network_fits_in_twenty_megabytes(tmp_path: Path) -> None:
    """As a PC with two disks writes it: loads by the minute, security by five, inventory by day."""
    disks = [
        {"mount": f"/{name}", "type": "ext4", "total_bytes": 1 << 40, "available_bytes": 1 << 39}
        for name in ("", "home")
    ]
    checks = [
        {
            "id": f"check-{number}",
            "verdict": "fail",
            "source": "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess",
            "observed": f"{number} of 3 profiles are on, public is off",
        }
        for number in range(40)
    ]
    software = [{"name": f"Phần mềm {n}", "version": f"{n}.{n * 7}"} for n in range(400)]
    spool = Spool(tmp_path / "spool.sqlite")
    spool._file.execute("PRAGMA synchronous=OFF")  # the size is asked for, not the disk's patience
    for minute in range(7 * 24 * 60):
        at = f"2026-11-{23 + minute // 1440}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
        network = {"in_bytes_total": minute * 98765, "out_bytes_total": minute * 4321}
        cpu = {"cores": 4, "busy_seconds_total": minute * 1.37, "seconds_total": minute * 240.04}
        memory = {"total_bytes": 8 << 30, "available_bytes": (4 << 30) + minute * 4096}
        section = {"cpu": cpu, "memory": memory, "filesystems": disks, "disk": network}
        spool.append("load", {**section, "network": network, "uptime_seconds": minute * 60}, at=at)
        if minute % 5 == 0:
            spool.append("security", {"checks": checks, "n": minute}, at=at, cpu_seconds=0.4)
        if minute % 1440 == 0:
            for kind in ("hardware", "system", "software"):
                spool.append(kind, {"packages": software, "n": minute}, at=at)
    assert spool.accepted() == spool.waiting()
    spool.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 20_000_000


def test_a_long_report_is_kept_packed_and_comes_out_as_it_went_in(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    section = {"text": "Phường " * 10_000}
    spool.append("hardware", section, at=NOON)
    assert reports(spool)[0]["section"] == section
    spool.close()
    assert path.stat().st_size < 30_000


def test_what_comes_after_a_number_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    for number in range(3):
        spool.append("load", {"mark": f"reading-{number}"}, at=NOON)
    spool.close()
    path.write_bytes(path.read_bytes().replace(b"reading-2", b"reading-9"))
    spool = Spool(path)
    batch = spool.batch(LARGE, 1)
    assert batch is not None
    assert batch.seqs == (2, 4)
    assert b"reading-9" not in batch.body
    spool.close()
