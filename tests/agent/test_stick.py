"""A PC without a network: its invitation, and the collector's answer, right and wrong ones."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from agent import carrying, invitation
from agent import settings as kept
from agent.__main__ import main
from agent.joining import JoiningError
from agent.settings import Settings
from agent.speech import language
from agent.spool import Spool
from agent.taking import TakingError, read, take
from agent.words import translated
from tests.agent.certificates import authority

NOON = "2026-11-23T12:00:00Z"
WHO = Settings("10.0.0.2:8443", "a1", "5e" * 32, "0" * 64)
TOKEN = "a" * 26


def answer(path: Path, epochs: Any, who: Settings = WHO, **other: Any) -> Path:
    told = {"wardwatch": "stored", "version": 1, "agent": who.agent, "asset": "pc-01", "at": NOON}
    line = json.dumps({**told, "epochs": epochs, **other}).encode() + b"\n"
    seal = hmac.new(carrying.signing_key(who.secret), line, hashlib.sha256).hexdigest()
    path.write_bytes(line + seal.encode() + b"\n")
    return path


def filled(folder: Path, count: int = 5) -> Spool:
    spool = Spool(folder / "spool.sqlite")
    for number in range(count):
        spool.append("load", {"number": number}, at=NOON)
    return spool


def invited(folder: Path, name: str = "pc-01", **other: Any) -> Path:
    by = authority()
    join = f"wardwatch:10.0.0.2:8443/{by.pin}/{TOKEN}"
    told = {"wardwatch": "invitation", "version": 1, "asset": name, "join": join, "ca": by.pem}
    path = folder / f"wardwatch-join-{name}.json"
    path.write_text(json.dumps({**told, **other}))
    return path


def agent(*words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["wardwatch-agent", *words])
    return main()


def test_what_the_answer_names_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    spool = filled(tmp_path)
    path = answer(tmp_path / "answer", {spool.epoch: [[1, 2], [4, 4]], "f" * 32: [[1, 5]]})
    assert take(spool, read(path, WHO)) == 3
    batch = spool.batch(1 << 20)
    assert batch
    assert batch.seqs == (3, 5)
    assert take(spool, read(path, WHO)) == 0
    assert (spool.waiting(), spool.noted("stored")) == (2, "3")
    spool.close()


def test_an_answer_to_a_spool_before_this_one_deletes_nothing(tmp_path: Path) -> None:
    spool = filled(tmp_path)
    assert take(spool, read(answer(tmp_path / "answer", {"0" * 32: [[1, 5]]}), WHO)) == 0
    assert spool.waiting() == 5
    spool.close()


def test_a_disk_that_was_set_back_takes_no_answer_about_what_it_never_wrote(tmp_path: Path) -> None:
    spool = filled(tmp_path)
    path = answer(tmp_path / "answer", {spool.epoch: [[1, 6]]})
    with pytest.raises(TakingError, match="never wrote"):
        take(spool, read(path, WHO))
    assert spool.waiting() == 5
    spool.close()


def test_no_flipped_cut_or_foreign_answer_is_believed(tmp_path: Path) -> None:
    whole = answer(tmp_path / "answer", {"e" * 32: [[1, 5]]}).read_bytes()
    foreign = tmp_path / "foreign"
    chance = random.Random(23)
    flipped = [
        whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :]
        for place in range(len(whole) - 1)
    ]
    cuts = [whole[:place] for place in range(len(whole) - 1)]
    for data in (*flipped, *cuts, b"", b"[" * 5000, b"\xff\xfe", b"{}", b'"x"\n', bytes(3 << 20)):
        foreign.write_bytes(data)
        with pytest.raises(TakingError):
            read(foreign, WHO)
    assert read(answer(tmp_path / "answer", {}), WHO).asset == "pc-01"


def test_each_wrong_answer_says_what_is_wrong(tmp_path: Path) -> None:
    other = Settings("10.0.0.2:8443", "a2", "6f" * 32, "0" * 64)
    forged = Settings("10.0.0.2:8443", "a1", "6f" * 32, "0" * 64)
    path = tmp_path / "answer"
    wrong: tuple[tuple[Settings, dict[str, Any], str], ...] = (
        (other, {}, r"for another PC \(a2\)"),
        (forged, {}, "another collector wrote it"),
        (WHO, {"version": 2}, "another version"),
        (WHO, {"wardwatch": "carried"}, "not an answer"),
        (WHO, {"epochs": {"e": [1, 2]}}, "does not say what is stored"),
    )
    for who, more, words in wrong:
        answer(path, **{"epochs": {}, "who": who, **more})
        with pytest.raises(TakingError, match=words):
            read(path, WHO)
    with pytest.raises(TakingError, match="no answer"):
        read(tmp_path / "none", WHO)
    with pytest.raises(TakingError, match="cannot read"):
        read(tmp_path, WHO)


def test_a_pc_joins_by_the_stick_fills_it_and_takes_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state, stick = tmp_path / "state", tmp_path / "stick"
    stick.mkdir()
    path = invited(stick)
    assert agent("join", str(stick), "--state", str(state), monkeypatch=monkeypatch) == 0
    assert not path.exists()
    who = kept.load(state)
    spool = filled(state)
    words = (str(stick), "--state", str(state))
    assert agent("export", *words, monkeypatch=monkeypatch) == 0
    assert "5 reports written" in capsys.readouterr().out
    there = [one.name for one in stick.iterdir()]
    assert there == [f"wardwatch-reports-{who.agent}.gz"]
    everything = (stick / there[0]).read_bytes() + b"".join(
        one.read_bytes() for one in state.iterdir() if one.name != "agent.json"
    )
    digest = carrying.signing_key(who.secret)
    for secret in (TOKEN, who.secret, digest.hex()):
        assert secret.encode() not in everything
    answer(stick / f"wardwatch-stored-{who.agent}.json", {spool.epoch: [[1, 4]]}, who)
    assert carrying.wish(state)
    assert agent("export", *words, monkeypatch=monkeypatch) == 0
    told = capsys.readouterr().out
    assert "4 reports are stored by the collector and deleted here; 1 wait" in told
    assert "1 reports written" in told
    assert carrying.wish(state) is None
    spool.close()


def test_the_installer_s_question_for_the_join_string_takes_the_stick_s_folder_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{tmp_path}\n"))
    assert agent("join", "-", "--state", str(tmp_path / "state"), monkeypatch=monkeypatch) == 0
    assert kept.load(tmp_path / "state").collector == "10.0.0.2:8443"


def test_a_bad_answer_on_the_stick_keeps_no_report_from_being_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state, stick = tmp_path / "state", tmp_path / "stick"
    stick.mkdir()
    invited(stick)
    assert agent("join", str(stick), "--state", str(state), monkeypatch=monkeypatch) == 0
    spool = filled(state)
    who = kept.load(state)
    (stick / f"wardwatch-stored-{who.agent}.json").write_bytes(b"\x00" * 512)
    words = (str(stick), "--state", str(state))
    assert agent("export", *words, monkeypatch=monkeypatch) == 2
    told = capsys.readouterr()
    assert "5 reports written" in told.out
    assert "not an answer of the collector, or a damaged one" in told.err
    assert agent("taken", *words, monkeypatch=monkeypatch) == 2
    assert spool.waiting() == 5
    spool.close()


def test_a_stick_that_was_pulled_out_while_it_was_written_is_written_again(tmp_path: Path) -> None:
    spool = filled(tmp_path)
    path = tmp_path / "out.gz"
    (tmp_path / ".out.gz.new").write_bytes(b"half")
    assert carrying.export(spool, WHO, path, NOON) == 5
    assert sorted(one.name for one in tmp_path.glob("*out*")) == ["out.gz"]
    spool.close()


def test_an_invitation_is_found_or_it_is_said_which_one_is_meant(tmp_path: Path) -> None:
    with pytest.raises(JoiningError, match="no invitation in the folder"):
        invitation.found(tmp_path)
    first = invited(tmp_path)
    assert invitation.found(tmp_path) == first
    assert invitation.found(first) == first
    invited(tmp_path, "pc-02")
    with pytest.raises(JoiningError, match=r"several.*wardwatch-join-pc-01.json, wardwatch-join-"):
        invitation.found(tmp_path)


def test_a_wrong_invitation_joins_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = authority("another")
    good = json.loads(invited(tmp_path).read_text())
    wrong: list[Any] = [
        {"ca": other.pem},
        {"ca": good["ca"] + other.pem},
        {"ca": "x"},
        {"join": "wardwatch:10.0.0.2:8443/00/aa"},
        {"version": 2},
        {"wardwatch": "stored"},
    ]
    texts = [json.dumps({**good, **more}) for more in wrong]
    for text in (*texts, "", "{", "[]", "\x00" * 100, "[" * 5000):
        path = tmp_path / "wrong.json"
        path.write_text(text)
        words = ("join", str(path), "--state", str(tmp_path / "state"))
        assert agent(*words, monkeypatch=monkeypatch) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
        assert path.exists()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "vi_VN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"WARDWATCH_LANGUAGE": "vi", "LC_ALL": "C"}, "vi"),
        ({"WARDWATCH_LANGUAGE": "", "LANG": "vi_VN"}, "vi"),
    ],
)
def test_the_commands_speak_the_system_s_language(
    environment: dict[str, str], expected: str
) -> None:
    assert language(environment) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "not joined yet: no /var/lib/wardwatch-agent/agent.json",
            "máy chưa được ghép với máy chủ: không có tệp /var/lib/wardwatch-agent/agent.json",
        ),
        ("7 reports written to /mnt/a.gz", "đã ghi 7 báo cáo vào /mnt/a.gz"),
        (
            "3 reports are stored by the collector and deleted here; 1 wait",
            "máy chủ đã lưu 3 báo cáo, đã xoá ở máy này; còn chờ 1 báo cáo",
        ),
    ],
)
def test_a_command_s_sentence_is_told_in_vietnamese(text: str, told: str) -> None:
    assert translated(text, "vi") == told
