from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import sys
from pathlib import Path

import pytest

from agent.__main__ import main
from agent.carrying import CarryingError, export, signing_key
from agent.sending import LARGEST_BYTES
from agent.settings import Settings
from agent.spool import Spool
from tests.agent import door

NOON = "2026-11-23T12:00:00Z"
WHO = Settings("10.0.0.2:8443", "a1", "5e" * 32, "0" * 64)


def test_the_file_holds_all_that_waits_under_one_seal_and_the_spool_keeps_it(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    for number in range(3):
        spool.append("hardware", {"number": number, "text": "x" * (LARGEST_BYTES // 2)}, at=NOON)
    assert export(spool, WHO, tmp_path / "out.ww", NOON) == 3
    assert spool.waiting() == 3
    text = gzip.decompress((tmp_path / "out.ww").read_bytes())
    header, *bodies, seal = text.splitlines()
    assert json.loads(header) == {"wardwatch": "carried", "version": 1, "agent": "a1", "at": NOON}
    assert len(bodies) > 1
    carried = [row["seq"] for body in bodies for row in json.loads(body)["reports"]]
    assert carried == [1, 2, 3]
    signed = text[: -len(seal) - 1]
    assert hmac.new(signing_key(WHO.secret), signed, hashlib.sha256).hexdigest() == seal.decode()
    assert WHO.secret.encode() not in text
    spool.close()


def test_a_stick_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    with pytest.raises(CarryingError, match="cannot write"):
        export(spool, WHO, tmp_path / "none" / "out.ww", NOON)
    assert spool.waiting() == 1
    spool.close()


def test_the_command_says_how_many_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with door.opened(tmp_path) as there:
        door.known(there, tmp_path / "state")
    spool = Spool(tmp_path / "state/spool.sqlite")
    spool.append("load", {}, at=NOON)
    spool.close()
    words = ["export", str(tmp_path / "out.ww"), "--state", str(tmp_path / "state")]
    monkeypatch.setattr(sys, "argv", ["wardwatch-agent", *words])
    assert main() == 0
    assert "1 reports written" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.glob("*.ww*")) == ["out.ww"]
