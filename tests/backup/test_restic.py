from __future__ import annotations

import os
import random
import sys
import threading
from pathlib import Path

import pytest

from agent import underway
from agent.link import Ask
from backup import answers, program, restic, run
from backup.restic import Restic, ResticError, ResticMissing
from tests.backup.place import Place

FATAL_18 = (
    '{"message_type":"exit_error","code":12,"message":"Fatal: wrong password or no key found"}\n'
)


def ran(*arguments: str, limit_seconds: float) -> program.Ended:
    return program.run(
        arguments,
        environment=os.environ,
        limit_seconds=limit_seconds,
        stop=threading.Event(),
        grace_seconds=0.2,
    )


def test_a_program_that_hangs_is_ended_at_its_limit() -> None:
    ended = ran("sleep", "600", limit_seconds=0.1)
    assert ended.code != 0
    assert ended.stopped is not None
    assert ended.seconds < 60


def test_a_program_that_will_not_be_interrupted_is_killed() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)"
    ended = ran(sys.executable, "-c", deaf, limit_seconds=1.0)
    assert ended.code == -9


def test_a_program_ends_early_when_asked_to_stop() -> None:
    asked = threading.Event()
    ended = program.run(
        ["sh", "-c", "echo line; exec sleep 600"],
        environment=os.environ,
        limit_seconds=600,
        stop=asked,
        read=program.by_line(lambda _line: asked.set()),
    )
    assert ended.stopped == program.STOPPED


def test_a_program_is_not_even_started_once_asked_to_stop() -> None:
    asked = threading.Event()
    asked.set()
    ended = program.run(["/nowhere"], environment=os.environ, limit_seconds=600, stop=asked)
    assert ended.stopped == program.STOPPED


def test_a_reader_that_fails_leaves_no_program_behind() -> None:
    def fails(_line: bytes) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the reader's own
        program.run(
            ["sh", "-c", "echo line; exec sleep 600"],
            environment=os.environ,
            limit_seconds=600,
            stop=threading.Event(),
            read=program.by_line(fails),
        )


def test_the_installed_restic_is_new_enough() -> None:
    assert restic.version() >= restic.OLDEST


def test_a_restic_that_is_too_old_is_refused(bare: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    old = bare.script("restic-old", "echo 'restic 0.9.6 compiled with go1.13 on linux/amd64'")
    monkeypatch.setenv("RESTIC", str(old))
    with pytest.raises(ResticError, match=r"restic 0\.9\.6 is too old"):
        restic.version()


def test_a_missing_restic_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTIC", "/nowhere/restic")
    with pytest.raises(ResticMissing, match="apt install restic"):
        restic.version()


def test_exit_0_without_a_snapshot_is_no_backup(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = place.script("restic-idle", '[ "$1" = backup ] && exit 0', 'exec restic "$@"')
    monkeypatch.setenv("RESTIC", str(idle))
    assert "without naming its 'snapshot_id'" in (place.back_up().error or "")


def test_no_login_and_no_password_stands_in_the_list_of_processes(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "arguments"
    telling = place.script("restic-told", f'echo "$@" >> "{said}"', "exit 1")
    monkeypatch.setenv("RESTIC", str(telling))
    key = place.state_folder / "passwords" / "kho"
    with pytest.raises(ResticError):
        Restic("rest:https://may:bi-mat@example.vn/", key).unlock()
    assert "bi-mat" not in said.read_text()
    assert key.read_text().strip() not in said.read_text()


def test_progress_can_be_watched_while_a_backup_runs(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.source / "large.bin").write_bytes(os.urandom(40 * 1024 * 1024))
    progress, seen = place.agent_folder / underway.place("van-ban"), tmp_path / "seen"
    wait = f'for _ in $(seq 300); do [ -e "{progress}" ] && break; sleep 0.1; done'
    slow = place.script(
        "restic-slow",
        # Two seconds at the least: restic tells twice a second how far it is.
        'slowly=; [ "$1" = backup ] && slowly="--limit-upload 20480"',
        'restic $slowly "$@"; code=$?',
        f'[ "$1" = backup ] && {{ {wait}; cp "{progress}" "{seen}"; }}',
        "exit $code",
    )
    monkeypatch.setenv("RESTIC", str(slow))
    assert run.run("van-ban", place.agent_folder, 7, lambda: place.now, random.Random(1)).ok
    assert not progress.exists()
    seen.rename(progress)  # as it was while restic ran
    other, row = underway.told(
        place.agent_folder, [Ask(6, "backup", "van-ban"), Ask(7, "backup", "van-ban")]
    )
    assert other == {"set": "van-ban"}
    assert row.keys() == {"set", "ratio", "bytes"}
    assert 0 <= row["bytes"] <= 41 * 1024 * 1024


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-23T06:53:05.450417682Z", 1_795_416_785_450_417_682),
        ("2026-11-23T13:53:05.45+07:00", 1_795_416_785_450_000_000),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
        ("0000-00-00T00:00:00Z", None),
        ("yesterday", None),
    ],
)
def test_instants_keep_their_nanoseconds(text: str, expected: int | None) -> None:
    assert answers.nanoseconds(text) == expected


@pytest.mark.parametrize(
    ("code", "errors", "expected"),
    [
        (
            1,
            "warming up\nFatal: wrong password or no key found\n",
            "wrong password or no key found",
        ),
        (12, FATAL_18, "wrong password or no key found"),
        (2, "panic: runtime error: slice bounds\n\ngoroutine 1", "look for junk in index/"),
        (1, "Fatal: Get https://may:bi-mat@example.vn/: refused", "Get https://***@example.vn/"),
        (7, "", "exit code 7, without a word"),
    ],
)
def test_the_cause_is_restics_last_word_without_any_login(
    code: int, errors: str, expected: str
) -> None:
    assert expected in answers.cause(code, errors)
    assert "bi-mat" not in answers.cause(code, errors)


def test_unreadable_sources_are_read_from_both_versions() -> None:
    old = '{"message_type":"error","error":{"Op":"open","Err":13},"during":"archival","item":"/a"}'
    new = '{"message_type":"error","error":{"message":"x"},"during":"archival","item":"/b\\n"}'
    told = f"{old}\nWarning: at least one source file could not be read\n{new}\n"
    assert list(answers.unreadable(told)) == ["/a", "/b\n"]
