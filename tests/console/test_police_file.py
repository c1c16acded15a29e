"""From a PC's event log to the police's mailbox: the file is ready unasked, and leaves on approval."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import ssl
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import msgspec
import pytest

from agent import settings
from agent.link import Link
from agent.spool import Spool
from alerts import verifier
from tests.agent import event_logs
from tests.agent.machines import recordings
from tests.agent.test_events import LAN, event
from tests.alerts.document_reading import opened, pdf_words, poppler
from tests.alerts.mail_server import Mailbox, serving
from tests.alerts.preflight import preflight
from tests.console.office import Running, poll, python, quick, up, wardwatch
from tests.console.signed import sign_in

RECORDING = recordings() / "windows" / "guest-made-admin"
POLICE = "congan@phuonghoamai.example"
ASSET = "pc-chu-tich"


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    now = datetime.fromtimestamp(time.time(), UTC)
    with serving(tmp_path_factory.mktemp("mail"), now) as box:
        yield box


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path, mailbox: Mailbox
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("office")
    inventory = quick(example_inventory_path, folder)
    text = inventory.read_text("utf-8")
    assert f"email: {POLICE}" in text
    text = re.sub(r"  data_authority:\n(?:    .*\n)+", "", text, count=1)
    inventory.write_text(f"{text}\n{mailbox.declared(folder)}", "utf-8")
    with up(folder / "state", inventory, more=("--without-agent",)) as running:
        yield running


def recording(folder: Path) -> Path:
    """The real one where it is at hand; else a log of our own with the same story."""
    place = folder / "recording"
    if RECORDING.is_dir():
        shutil.copytree(RECORDING, place)
        return place
    (place / "events").mkdir(parents=True)
    log = [
        event(1, 4720, TargetSid=LAN, TargetUserName="khach", SubjectUserSid=LAN),
        event(2, 4732, MemberSid=LAN, TargetSid="S-1-5-32-544", SubjectUserSid=LAN),
    ]
    (place / "events" / "Security.evtx").write_bytes(event_logs.log(log))
    return place


def played(office: Running, folder: Path) -> None:
    """The recording read by the agent's own probe, and sent by a joined agent over TLS."""
    read = python("-m", "agent", "probe", "events", "--recording", str(recording(folder)), "--json")
    assert read.returncode == 0, read.stderr
    section = json.loads(read.stdout)["section"]
    assert "administrator-added" in {one["kind"] for one in section}
    string = wardwatch("token", "new", "--asset", ASSET, "--state", str(office.state)).stdout
    invitation = next(line.strip() for line in string.splitlines() if "wardwatch:" in line)
    invitation = invitation[invitation.index("wardwatch:") :].split()[0]
    place = folder / "pc"
    done = python("-m", "agent", "join", invitation, "--state", str(place))
    assert done.returncode == 0, done.stderr
    joined, pem = settings.joined(place)
    spool = Spool(place / "spool.sqlite")
    now = datetime.fromtimestamp(time.time(), UTC)
    spool.append("events", section, at=f"{now:%Y-%m-%dT%H:%M:%SZ}")
    link = Link(joined, pem)
    batch = spool.batch(1 << 20)
    assert batch is not None
    link.send(batch.body)
    link.close()
    spool.close()


def files(office: Running, id: str) -> Any:
    done = wardwatch("incident", "files", id, "--json", "--state", str(office.state))
    return msgspec.json.decode(done.stdout)


@pytest.fixture(scope="module")
def incident(office: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The incident that the recording opened, once its police file is there; nobody did anything."""
    played(office, tmp_path_factory.mktemp("pc"))

    def found() -> str | None:
        mine = [one for one in office.json("incidents") if one["rule"] == "administrator-added"]
        ready = mine and len(files(office, mine[0]["id"])["files"]) >= 3
        return mine[0]["id"] if ready else None

    return str(poll(found))


def test_the_police_file_is_there_without_a_human_within_a_quarter_of_an_hour(
    office: Running, incident: str, tmp_path: Path
) -> None:
    file = office.json("incident", "show", incident)
    assert file["incident"]["subject"] == ASSET
    assert file["incident"]["group"] == "N2"
    t0 = datetime.fromisoformat(file["incident"]["t0"])
    kept = files(office, incident)["files"]
    assert [(one["kind"], one["format"]) for one in kept] == [
        ("police", "pdf"), ("police", "docx"), ("evidence", "zip"),
    ]  # fmt: skip
    assert all(one["actor"] == "wardwatch" for one in kept)
    assert all((datetime.fromisoformat(one["at"]) - t0).total_seconds() < 900 for one in kept)
    there = ("--out", str(tmp_path), "--state", str(office.state))
    assert wardwatch("incident", "files", incident, *there).returncode == 0
    contents = {one["format"]: (tmp_path / one["name"]).read_bytes() for one in kept}
    assert incident in pdf_words(contents["pdf"], tmp_path)
    fonts = poppler("pdffonts", contents["pdf"], tmp_path).splitlines()[2:]
    assert {row.split()[0].partition("+")[2].partition("-")[0] for row in fonts} == {"Tinos"}
    margins = opened(contents["docx"]).sections[0]
    sides = ("top_margin", "bottom_margin", "left_margin", "right_margin")
    assert [round(getattr(margins, side).mm) for side in sides] == [20, 20, 30, 15]
    judged = tmp_path / "judged"
    judged.mkdir()
    assert preflight({"police": contents["pdf"]}, judged) == {"police": ()}
    assert verifier.check(contents["zip"]).problem is None
    with zipfile.ZipFile(io.BytesIO(contents["zip"])) as archive:
        readings = [
            archive.read(name).decode() for name in archive.namelist() if "readings/" in name
        ]
    assert any("administrator-added" in one for one in readings)


def test_it_leaves_on_approval_alone_and_its_receipt_closes_the_clock(
    office: Running, incident: str, mailbox: Mailbox
) -> None:
    assert mailbox.taken == []
    mailbox.answers.append("451 4.3.2 not now")
    there = ("--state", str(office.state))
    done = wardwatch(
        "incident", "send", incident, "--to", "police", "--obligation", "anm-72h", *there
    )
    assert done.returncode == 0, done.stderr
    (letter,) = poll(lambda: mailbox.taken)
    kept = {one["name"]: one["sha256"] for one in files(office, incident)["files"]}
    attached = {
        str(part.get_filename()): hashlib.sha256(part.get_payload(decode=True)).hexdigest()
        for part in letter.iter_attachments()
    }
    assert attached == kept
    assert str(letter["To"]) == POLICE

    def sent() -> Any:
        duties = office.json("incident", "show", incident)["duties"]
        return [one for one in duties if one["obligation"] == "anm-72h" and one["state"] == "sent"]

    poll(sent)
    (proof,) = office.json("incident", "show", incident)["deliveries"]
    assert proof["file_sha256"] in kept.values()
    assert "250" in proof["receipt"] or "taken as" in proof["receipt"]
    assert proof["actor"].startswith("cli")
    again = wardwatch(
        "incident", "send", incident, "--to", "police", "--obligation", "anm-72h", *there
    )
    assert again.returncode == 0
    assert [one["state"] for one in files(office, incident)["sent"]] == ["sent"]
    assert len(mailbox.taken) == 1, "approved twice, it leaves once"


def test_a_refused_letter_is_sent_again_by_its_button_and_no_other_has_one(
    office: Running, incident: str, mailbox: Mailbox
) -> None:
    officer, place = sign_in(office), f"/incidents/{incident}"
    before = len(mailbox.taken)
    mailbox.answers.append("554 5.7.1 no such sender here")
    assert officer.post(f"{place}/send", **{"to-force": "on"})[0] == 303
    body = poll(lambda: button(officer.page(place)[1]))
    assert "554 5.7.1 no such sender here" in officer.page(place)[1]
    assert len(mailbox.taken) == before
    assert officer.post(f"{place}/resend", dispatch="0")[0] == 409
    assert officer.post(f"{place}/resend", dispatch=body)[0] == 303
    (again,) = poll(lambda: mailbox.taken[before:])
    assert str(again["To"]) == "pa05@saokhue.example"
    poll(lambda: button(officer.page(place)[1]) is None)
    assert officer.post(f"{place}/resend", dispatch=body)[0] == 409


def button(page: str) -> str | None:
    found = re.search(r'name="dispatch" value="(\d+)"', page)
    return found[1] if found else None


def test_the_kept_file_is_handed_over_to_the_polices_own_account_by_one_button(
    office: Running, incident: str
) -> None:
    officer, place = sign_in(office), f"/incidents/{incident}"
    there = ("--state", str(office.state))
    assert wardwatch("user", "add", "canh-sat", "--role", "police", *there).returncode == 0
    police = sign_in(office, "canh-sat")
    assert "Chưa có hồ sơ nào" in police.page("/handed")[1]
    assert officer.post(f"{place}/hand-over", paper="")[0] == 303
    assert police.post(f"{place}/hand-over", paper="")[0] == 403
    listed = police.page("/handed")[1]
    kept = {one["name"]: one["sha256"] for one in files(office, incident)["files"]}
    assert [
        name for name, digest in kept.items() if name not in listed or digest not in listed
    ] == []
    number = re.findall(r'href="/handed/(\d+)"', listed)[0]
    context = ssl.create_default_context(cafile=office.state / "ca" / "ca.pem")
    request = Request(f"{office.base}/handed/{number}", headers=police.cookie)  # noqa: S310
    with urlopen(request, context=context, timeout=30) as answer:  # noqa: S310 - our own https
        assert hashlib.sha256(answer.read()).hexdigest() in kept.values()
    done = wardwatch("incident", "hand-over", incident, *there)
    assert done.returncode == 0, done.stderr
    assert police.page("/handed")[1].count("/handed/") == listed.count("/handed/")
    assert "Đã bàn giao" in officer.page(place)[1] or "đã bàn giao" in officer.page(place)[1]


def test_nothing_leaves_to_whom_the_office_did_not_declare(office: Running, incident: str) -> None:
    done = wardwatch(
        "incident", "send", incident, "--to", "authority", "--state", str(office.state)
    )
    assert done.returncode == 2
    assert "no e-mail address of authority" in done.stderr


def test_of_a_drill_nothing_is_prepared_or_sent(office: Running) -> None:
    there = ("--state", str(office.state))
    said = ("--kind", "phishing", "--by", "Kế toán", "--text", "thư giả", "--drill")
    done = wardwatch("incident", "report", *said, *there)
    assert done.returncode == 0, done.stderr
    drill = done.stdout.split()[0]
    done = wardwatch("incident", "send", drill, *there)
    assert done.returncode == 2
    assert "is a drill" in done.stderr
    assert files(office, drill) == {"files": [], "sent": []}
