"""An incident's clocks and papers, by page and by command: nothing closes by a button alone."""

from __future__ import annotations

import hashlib
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select

from alerts import register
from alerts.finding import Finding
from alerts.incidents import Flag, Level
from collector.inventory.read import load
from collector.store.database import Store, connect
from collector.store.tables import audit
from console import settings
from console.commands.obligations import FLAGS, LEVELS
from tests.console.office import Running, wardwatch
from tests.console.signed import Signed, sign_in

TIMES = count()


@pytest.fixture(scope="module")
def visitor(running: Running) -> Signed:
    return sign_in(running)


@pytest.fixture
def store(running: Running) -> Iterator[Store]:
    store = connect(settings.load(running.state).database)
    yield store
    store.close()


@pytest.fixture
def incident(running: Running, store: Store) -> str:
    """A fresh security incident of a PC that nobody has installed yet, each time another."""
    inventory = load(Path(settings.load(running.state).inventory))
    subject = [one.id for one in inventory.machines if not one.collector][next(TIMES)]
    values = {"room": "101", "last_at": "-"}
    found = Finding("agent-silent", subject, "fail", "killed", values, (), "security")
    now = datetime.fromtimestamp(time.time(), UTC)
    with store.write() as connection:
        (number,) = register.record(connection, [found], now, inventory).incidents
    return number


def command(running: Running, *arguments: str) -> tuple[int, str, str]:
    done = wardwatch(*arguments, "--state", str(running.state))
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def clocks(running: Running, id: str) -> dict[str, str]:
    file = running.json("incident", "show", id)
    return {one["obligation"]: one["state"] for one in file["duties"]}


def rows(store: Store, action: str) -> list[dict[str, Any]]:
    with store.read() as connection:
        found = connection.execute(select(audit).where(audit.c.action == action)).all()
    return [{"actor": one.actor, **msgspec.json.decode(one.detail)} for one in found]


def local_now() -> str:
    return f"{datetime.fromtimestamp(time.time(), ZoneInfo('Asia/Ho_Chi_Minh')):%Y-%m-%dT%H:%M}"


def test_the_commands_offer_every_level_and_flag_that_there_is() -> None:
    assert get_args(Level) == LEVELS
    assert get_args(Flag) == FLAGS


def test_a_clock_is_closed_on_its_page_by_proof_alone(
    running: Running, visitor: Signed, incident: str
) -> None:
    place = f"/incidents/{incident}/anm-72h/sent"
    told = {
        "channel": "Công văn giấy",
        "recipient": "Công an phường",
        "sent_at": local_now(),
        "receipt": "số đến 12",
    }
    status, body = visitor.page(f"/incidents/{incident}")
    assert status == 200
    assert place in body
    for lacking in told:
        assert visitor.send(place, "%PDF-1.7", **told | {lacking: ""})[0] == 409, lacking
    assert visitor.send(place, "", **told)[0] == 409
    assert visitor.send(place, "%PDF-1.7", **told | {"sent_at": "2099-01-01T00:00"})[0] == 409
    assert clocks(running, incident)["anm-72h"] == "counting"
    assert visitor.send(place, "%PDF-1.7 báo cáo\r\n--", **told)[0] == 303
    assert clocks(running, incident)["anm-72h"] == "sent"
    proof = running.json("incident", "show", incident)["deliveries"][0]
    assert proof["file_sha256"] == hashlib.sha256("%PDF-1.7 báo cáo\r\n--".encode()).hexdigest()
    body = visitor.page(f"/incidents/{incident}")[1]
    assert proof["file_sha256"] in body
    assert "số đến 12" in body
    assert visitor.send(place, "%PDF-1.7", **told)[0] == 409, "a clock closes once"


def test_a_file_that_is_too_large_is_refused(visitor: Signed, incident: str) -> None:
    place = f"/incidents/{incident}/anm-72h/sent"
    assert visitor.send(place, "x" * (33 * 1024 * 1024))[0] == 413


def test_a_clock_is_set_aside_on_its_page_with_a_reason_alone(
    running: Running, visitor: Signed, incident: str
) -> None:
    place = f"/incidents/{incident}/anm-72h/aside"
    status, _, body = visitor.post(place, reason="  ")
    assert status == 409
    assert "cần ghi rõ lý do" in body
    assert visitor.post(place, reason="Máy thử nghiệm, không có dữ liệu")[0] == 303
    assert clocks(running, incident)["anm-72h"] == "not_applicable"
    assert "Máy thử nghiệm" in visitor.page(f"/incidents/{incident}")[1]


def test_a_class_ticked_on_the_page_brings_its_clocks(
    running: Running, visitor: Signed, incident: str
) -> None:
    ticked = {"level": "M2", "flag-personal-data": "on", "flag-personal-data-harm": "on"}
    assert visitor.post(f"/incidents/{incident}/class", **ticked)[0] == 303
    assert {"anm-24h", "anm-72h", "dlcn-record", "dlcn-72h"} <= clocks(running, incident).keys()
    status, _, body = visitor.post(f"/incidents/{incident}/class", level="M4")
    assert status == 409, "a clock that ends needs a reason"
    assert "reason" in body
    assert visitor.post(f"/incidents/{incident}/class", level="M5")[0] == 400


def test_the_commands_classify_prove_and_set_aside(
    running: Running, incident: str, tmp_path: Path
) -> None:
    code, said, _ = command(
        running, "incident", "classify", incident, "--level", "M2", "--flag", "interruption"
    )
    assert code == 0
    assert "anm-24h" in said
    paper = tmp_path / "bao-cao.pdf"
    paper.write_bytes(b"%PDF-")
    proof = ("--channel", "công văn", "--to", "Công an phường", "--file", str(paper))
    assert command(running, "incident", "sent", incident, "anm-24h", *proof)[0] == 2
    early = (*proof, "--receipt", "12", "--at", "2020-01-01T00:00")
    code, _, said = command(running, "incident", "sent", incident, "anm-24h", *early)
    assert code == 2
    assert "before T0" in said
    code, said, _ = command(
        running, "incident", "sent", incident, "anm-24h", *proof, "--receipt=12"
    )
    assert code == 0
    assert hashlib.sha256(b"%PDF-").hexdigest() in said
    reason = ("--reason", "cùng một báo cáo")
    assert command(running, "incident", "not-applicable", incident, "anm-72h", *reason)[0] == 0
    assert clocks(running, incident)["anm-24h"] == "sent"
    assert clocks(running, incident)["anm-72h"] == "not_applicable"
    code, _, said = command(running, "incident", "not-applicable", incident, "anm-72h", *reason)
    assert code == 2
    assert "no open obligation" in said


def test_a_paper_is_written_down_with_what_was_let_into_it(
    running: Running, visitor: Signed, incident: str, store: Store, tmp_path: Path
) -> None:
    asked = ("--with-internal-addresses", "--format", "docx", "--out", str(tmp_path))
    code, said, missing = command(running, "document", "police", incident, *asked)
    assert code == 0
    assert said.strip() == str(tmp_path / f"bao-cao-ban-dau-{incident.lower()}.docx")
    assert missing.startswith("to fill in by hand before signing: ")
    row = rows(store, "document.made")[-1]
    assert row["sha256"] == hashlib.sha256(Path(said.strip()).read_bytes()).hexdigest()
    assert (row["incident"], row["format"], row["purpose"]) == (incident, "docx", "real")
    assert (row["internal_addresses"], row["user_names"]) == (1, 0)
    assert row["actor"].startswith("cli")

    place = f"/incidents/{incident}/police.docx"
    status, headers, _ = visitor.post(place, purpose="real", user_names="on")
    assert status == 200
    assert f"bao-cao-ban-dau-{incident.lower()}.docx" in headers["content-disposition"]
    row = rows(store, "document.made")[-1]
    assert (row["actor"], row["internal_addresses"], row["user_names"]) == ("cntt", 0, 1)


def test_a_drill_gets_no_real_paper_and_a_real_incident_no_drills(
    running: Running, visitor: Signed, incident: str, tmp_path: Path
) -> None:
    out = ("--format", "docx", "--out", str(tmp_path))
    code, _, said = command(running, "document", "police", incident, "--drill", *out)
    assert code == 2
    assert "is real" in said
    assert visitor.post(f"/incidents/{incident}/police.pdf", purpose="drill")[0] == 409
    assert "bản diễn tập" not in visitor.page(f"/incidents/{incident}")[1]

    assert visitor.post(f"/incidents/{incident}/drill", reason="")[0] == 409
    assert command(running, "incident", "drill", incident, "--reason", "diễn tập quý IV")[0] == 0
    assert "counting" not in clocks(running, incident).values()
    code, _, said = command(running, "document", "police", incident, *out)
    assert code == 2
    assert "cannot be exported as a real report" in said
    status, _, body = visitor.post(f"/incidents/{incident}/police.pdf", purpose="real")
    assert status == 409
    assert f"{incident} là diễn tập" in body
    assert list(tmp_path.iterdir()) == []

    assert "Tải bản diễn tập" in visitor.page(f"/incidents/{incident}")[1]
    report = ("incident", "report", incident, "--drill", *out)
    code, said, _ = command(running, *report)
    assert code == 0
    paper = Path(said.strip())
    assert paper.name.startswith("dien-tap-")
    assert "DIỄN TẬP" in zipfile.ZipFile(paper).read("word/document.xml").decode()


def test_a_paper_of_no_incident_is_told(running: Running, visitor: Signed) -> None:
    code, _, said = command(running, "document", "police", "SC-2026-9999")
    assert code == 2
    assert "there is no incident SC-2026-9999" in said
    assert visitor.post("/incidents/SC-2026-9999/police.pdf")[0] == 404


def test_the_terminal_tells_an_incident_in_the_offices_language_and_time(
    running: Running, incident: str
) -> None:
    listed = wardwatch("incidents", "--state", str(running.state)).stdout
    shown = wardwatch("incident", "show", incident, "--state", str(running.state)).stdout
    year = datetime.now(UTC).year  # noqa: TID251 - the running office's own clock
    assert incident in listed
    assert f"/{year} " in listed
    assert "triage" in shown
    assert "Phân loại ban đầu" in shown
    assert "+00:00" not in listed + shown
