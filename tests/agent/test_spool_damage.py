from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from subprocess import PIPE, Popen  # noqa: TID251 - processes are killed here for real

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from agent.spool import Spool, SpoolError
from agent.spool_rescue import recovered
from tests.agent.test_spool import LARGE, NOON, reports, the_batch


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
