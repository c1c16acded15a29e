from __future__ import annotations

import json
import random
import subprocess  # noqa: TID251 - the child is run as the agent runs it
import sys

import pytest

from agent import jobs, underway
from agent.spool import Spool
from backup import run
from backup.witness import path_sha256
from tests.backup.place import NOON, Place

HOSTILE = ("-rf", "new\nline", "\u202egnp.exe", "x" * 255, "sao*lưu?[1]\\", "--exclude=x", " ")


def test_a_receipt_counts_what_was_stored_and_vouches_for_files_without_their_names(
    place: Place,
) -> None:
    receipt = place.back_up()
    assert receipt.ok
    assert receipt.files == len([path for path in place.source.rglob("*") if path.is_file()])
    assert len(receipt.witnesses) == receipt.files
    assert receipt.set_aside == 0
    told = json.dumps(receipt.section())
    assert "DOC-TRUOC" not in told
    paths = {each["path_sha256"] for each in receipt.witnesses}
    assert path_sha256(str(place.source / "DOC-TRUOC.txt")) in paths


def test_hostile_file_names_are_stored_and_come_back(bare: Place) -> None:
    for name in HOSTILE:
        (bare.source / name).write_text(name)
    bare.prepare()
    receipt = bare.back_up()
    assert receipt.ok
    assert receipt.files == len(HOSTILE)
    proof = bare.prove("drill")
    assert proof.ok, proof.error
    assert proof.detail.compared == len(HOSTILE)


def test_a_missing_source_is_no_success_although_restic_says_so(place: Place) -> None:
    pins = json.loads((place.agent_folder / run.PINS).read_text())
    gone = str(place.state_folder / "gone")
    pins["sets"]["van-ban"]["paths"].append(gone)
    (place.agent_folder / run.PINS).write_text(json.dumps(pins))
    receipt = place.back_up()
    assert not receipt.ok
    assert receipt.error == f"source missing: {gone}"
    assert receipt.snapshot is not None


def test_nothing_is_run_when_every_source_is_missing(bare: Place) -> None:
    bare.prepare()
    bare.source.rmdir()
    receipt = bare.back_up()
    assert not receipt.ok
    assert "nothing to back up" in (receipt.error or "")
    assert bare.files("snapshots") == []


def test_an_empty_source_is_no_success(bare: Place) -> None:
    bare.prepare()
    receipt = bare.back_up()
    assert not receipt.ok
    assert "hold no files" in (receipt.error or "")


def test_an_unreadable_source_is_named_and_is_no_success(
    bare: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.prepare()
    (bare.source / "good").write_text("good")
    bad = bare.source / "bad"
    bad.write_text("bad")
    bad.chmod(0)
    # Modes bind root too, once it has given up the right to pass them by.
    plain = '[ "$(id -u)" = 0 ] || exec restic "$@"'
    bound = 'exec setpriv --bounding-set=-dac_override,-dac_read_search restic "$@"'
    monkeypatch.setenv("RESTIC", str(bare.script("restic-bound", plain, bound)))
    receipt = bare.back_up()
    assert not receipt.ok
    assert receipt.unreadable == (str(bad),)
    assert receipt.snapshot is not None
    assert receipt.error == f"1 could not be read, first {bad}"


def test_a_set_that_is_not_pinned_is_told(place: Place) -> None:
    receipt = run.run("other", place.agent_folder, 7, lambda: NOON, random.Random(1))
    assert not receipt.ok
    assert receipt.job == 7
    assert "not pinned" in (receipt.error or "")


def test_a_pc_without_restic_says_how_to_install_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTIC", "/nowhere/restic")
    receipt = place.back_up()
    assert not receipt.ok
    assert receipt.error is not None
    assert receipt.error.startswith("restic is not installed: install it")


def test_a_wrong_password_is_told(place: Place) -> None:
    (place.state_folder / "passwords" / "kho").write_text("wrong")
    receipt = place.back_up()
    assert not receipt.ok
    assert "wrong password" in (receipt.error or "")


def test_a_file_that_changes_before_it_is_stored_is_set_aside(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = place.source / "DOC-TRUOC.txt"
    meanwhile = f'[ "$1" = backup ] && echo more >> "{changed}"'
    monkeypatch.setenv("RESTIC", str(place.script("late", meanwhile, 'exec restic "$@"')))
    receipt = place.back_up()
    assert receipt.ok
    assert receipt.set_aside == 1
    assert path_sha256(str(changed)) not in {each["path_sha256"] for each in receipt.witnesses}


def test_the_child_appends_its_receipt_to_the_spool(place: Place) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "backup", "run", "van-ban"),
            *("--agent-state", str(place.agent_folder), "--job", "12"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    spool = Spool(place.agent_folder / "spool.sqlite")
    batch = spool.batch(1_000_000)
    spool.close()
    assert batch is not None
    (report,) = json.loads(batch.body)["reports"]
    assert report["kind"] == "backup"
    assert report["section"]["job"] == 12
    assert report["section"]["ok"] is True
    assert not (place.agent_folder / underway.place("van-ban")).exists()


def test_the_exit_code_says_whether_a_receipt_was_written(place: Place) -> None:
    def ended(name: str) -> int:
        command = [sys.executable, "-m", "backup", "run", name, "--agent-state"]
        folder = str(place.agent_folder)
        return subprocess.run([*command, folder], capture_output=True, check=False).returncode

    assert ended("other") == jobs.TOLD
    (place.agent_folder / "spool.sqlite").write_bytes(b"no spool" * 1000)
    assert ended("other") not in {jobs.STORED, jobs.TOLD}
