"""The incident's page as a checklist, its file, and the page of reports, by hand and in a browser."""

from __future__ import annotations

import io
import ssl
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser

from alerts import register
from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.queries import Duty, Event, File
from collector.inventory.read import load
from collector.store.database import connect
from console import settings
from console.steps import steps
from tests.console.office import Running, poll, wardwatch
from tests.console.signed import FORM, Signed, sign_in
from tests.console.test_chromium import SHAPES, context, watched

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def visitor(running: Running) -> Signed:
    return sign_in(running)


@pytest.fixture(scope="module")
def incident(running: Running) -> str:
    """A security incident of a PC that nobody has installed yet."""
    here = settings.load(running.state)
    inventory = load(Path(here.inventory))
    subject = next(one.id for one in inventory.machines if not one.collector)
    values = {"room": "101", "last_at": "-"}
    found = Finding("agent-silent", subject, "fail", "killed", values, (), "security")
    now = datetime.fromtimestamp(time.time(), UTC)
    store = connect(here.database)
    with store.write() as connection:
        (number,) = register.record(connection, [found], now, inventory).incidents
    store.close()
    return number


def known(**changes: object) -> File:
    signal = Finding("agent-silent", "pc-1", "fail", "killed")
    one = Incident(
        "SC-2026-0001", "security", "agent-silent", "pc-1", "new", NOON, NOON, "M3", "N2", "x",
        False, (), signal,
    )  # fmt: skip
    duty = Duty(one.id, "anm-72h", "counting", NOON + timedelta(hours=72), None)
    return File(replace(one, **changes), (duty,), (), (), ())


def stands(file: File) -> dict[str, str]:
    return {one.id: one.stands for one in steps(file, (), ())}


def test_exactly_one_step_is_next_while_an_incident_is_open() -> None:
    assert stands(known()) == {
        "take": "next", "classify": "later", "contain": "later", "file": "later", "send": "later",
        "fix": "later", "prove": "later", "report": "later", "final": "later", "close": "later",
    }  # fmt: skip
    taken = known(state="acknowledged")
    assert stands(taken)["take"] == "done"
    assert stands(taken)["classify"] == "next"
    row = Event(NOON, "cntt", "classify", "acknowledged", "acknowledged", "")
    assert stands(replace(taken, history=(row,)))["contain"] == "next"
    ended = known(state="void", ended_at=NOON)
    assert "next" not in stands(ended).values()


def test_a_step_tells_the_soonest_clock_that_runs_out_on_it() -> None:
    due = {one.id: one.due_at for one in steps(known(), (), ())}
    assert due["report"] == NOON + timedelta(hours=72)
    assert due["take"] is None


def test_an_operational_incident_needs_no_papers() -> None:
    file = known(kind="operational")
    needed = {
        one.id for one in steps(replace(file, duties=()), (), ()) if one.stands != "not-needed"
    }
    assert needed == {"take", "contain", "fix", "prove", "close"}


def test_the_police_file_stands_on_the_page_and_comes_by_one_click(
    running: Running, visitor: Signed, incident: str
) -> None:
    def ready() -> str | None:
        body = visitor.page(f"/incidents/{incident}")[1]
        return body if f"chung-cu-{incident.lower()}.zip" in body else None

    body = poll(ready)
    assert "Các bước xử lý" in body
    assert body.index("Hạn báo cáo") < body.index("Các bước xử lý") < body.index('id="act"')
    place = body.split(f'href="/incidents/{incident}/files/')[1].split('"')[0]
    status, headers, _ = running.ask(
        "GET", f"/incidents/{incident}/files/{place}", headers=visitor.cookie
    )
    assert status == 200
    assert "attachment" in headers["content-disposition"]
    assert (
        running.ask("GET", f"/incidents/SC-1999-0001/files/{place}", headers=visitor.cookie)[0]
        == 404
    )


def test_the_whole_file_is_one_click_at_the_top(visitor: Signed, incident: str) -> None:
    body = visitor.page(f"/incidents/{incident}")[1]
    place = f"/incidents/{incident}/file.zip"
    assert body.index("Hạn báo cáo") < body.index(f'href="{place}"') < body.index('id="act"')
    context = ssl.create_default_context(cafile=visitor.running.state / "ca" / "ca.pem")
    request = Request(visitor.running.base + place, headers=visitor.cookie)  # noqa: S310 - ours
    with urlopen(request, context=context, timeout=30) as answer:  # noqa: S310 - our own https
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert [Path(name).suffix for name in archive.namelist()] == [".pdf", ".docx", ".zip"]
    assert archive.testzip() is None
    assert visitor.page("/incidents/SC-1999-0001/file.zip")[0] == 404


def test_a_report_of_a_person_opens_an_incident_and_half_of_one_is_refused(
    visitor: Signed,
) -> None:
    told = {"kind": "told-phishing", "words": "thư giả mạo <b>kho bạc</b>", "who": "Kế toán"}
    status, _, body = visitor.post("/incidents", **told | {"words": " "})
    assert status == 409
    assert "Cần đủ" in body
    status, headers, _ = visitor.post("/incidents", **told)
    assert status == 303
    page = visitor.page(headers["location"])[1]
    assert "Thư, tin nhắn lừa đảo" in page
    assert "&lt;b&gt;kho bạc" in page
    assert "<b>kho bạc" not in page


def test_what_is_stated_is_shown_and_nonsense_is_refused(visitor: Signed, incident: str) -> None:
    place = f"/incidents/{incident}/state"
    assert visitor.post(place, field="cause", text="mật khẩu bị lộ")[0] == 303
    assert "mật khẩu bị lộ" in visitor.page(f"/incidents/{incident}")[1]
    assert visitor.post(place, field="machines", text="nhiều")[0] == 409
    assert visitor.post(place, field="nothing", text="x")[0] == 400


def test_a_duplicate_is_merged_and_t0_corrected_on_the_page(
    running: Running, visitor: Signed, incident: str
) -> None:
    told = {"kind": "told-malware", "words": "máy lạ", "who": "Kế toán"}
    other = visitor.post("/incidents", **told)[1]["location"].rpartition("/")[2]
    place = f"/incidents/{other}/correct-t0"
    assert visitor.post(place, t0="2026-01-01T08:00", reason="")[0] == 409
    assert visitor.post(place, t0="2020-01-01T08:00", reason="nhầm giờ")[0] == 303
    assert visitor.post(f"/incidents/{other}/merge", into=incident, reason="cùng máy")[0] == 303
    file = running.json("incident", "show", other)["incident"]
    assert (file["state"], file["merged_into"]) == ("duplicate", incident)


def test_a_file_that_is_no_signed_paper_is_refused_with_its_reason(
    visitor: Signed, incident: str
) -> None:
    status, _, body = visitor.send(f"/incidents/{incident}/signed", "%PDF-1.7")
    assert status == 409
    assert "chưa nhận được" in body


def test_a_number_that_no_database_counts_to_is_not_there(visitor: Signed, incident: str) -> None:
    far = str(2**64)
    for place in (f"/reports/{far}", f"/handed/{far}", f"/incidents/{incident}/files/{far}"):
        assert visitor.page(place)[0] == 404, place
    for place in (f"/handed/{far}/take-back", f"/backups/holds/{far}/explain"):
        assert visitor.post(place, why="x")[0] == 404, place
    assert visitor.post(f"/incidents/{incident}/resend", dispatch=far)[0] == 400


def test_nothing_is_sent_where_no_mail_server_is_declared(visitor: Signed, incident: str) -> None:
    status, _, body = visitor.post(f"/incidents/{incident}/send", **{"to-police": "on"})
    assert status == 409
    assert "máy chủ thư" in body


@pytest.mark.parametrize("kind", ["items", "register", "security-year", "upgrade"])
def test_each_report_is_a_button(running: Running, visitor: Signed, kind: str) -> None:
    year = str(datetime.fromtimestamp(time.time(), UTC).year)
    status, headers, _ = visitor.post(f"/papers/{kind}", period=year, format="xlsx")
    assert status == 200
    assert headers["content-disposition"].endswith('.xlsx"')
    assert visitor.post(f"/papers/{kind}", period="1999", format="pdf")[0] == 409
    assert visitor.post(f"/papers/{kind}", period=year, format="exe")[0] == 404


def test_the_same_report_comes_by_command_and_twice_the_same(
    running: Running, tmp_path: Path
) -> None:
    year = datetime.fromtimestamp(time.time(), UTC).year
    there = ("--period", f"{year}H1", "--format", "pdf,docx,xlsx", "--state", str(running.state))
    for folder in ("a", "b"):
        done = wardwatch("document", "items", *there, "--out", str(tmp_path / folder))
        assert done.returncode == 0, done.stderr
    first, second = (sorted((tmp_path / one).iterdir()) for one in ("a", "b"))
    assert len(first) == 3
    assert [one.read_bytes() for one in first] == [one.read_bytes() for one in second]
    done = wardwatch("document", "items", "--period", "2026H3", "--state", str(running.state))
    assert done.returncode == 2
    assert "is no period" in done.stderr


def test_the_notice_to_the_staff_comes_by_command(running: Running, tmp_path: Path) -> None:
    there = ("--state", str(running.state), "--out", str(tmp_path))
    done = wardwatch("document", "privacy-notice", "--format", "docx", *there)
    assert done.returncode == 0, done.stderr
    (made,) = tmp_path.iterdir()
    assert made.name == "thong-bao-du-lieu-thu-thap.docx"
    refused = wardwatch("document", "privacy-notice", "--format", "odt", *there)
    assert (refused.returncode, "unknown format 'odt'" in refused.stderr) == (2, True)


def test_the_plan_of_equipment_comes_by_command_with_its_sum(running: Running) -> None:
    there = ("--state", str(running.state))
    made = running.json("targets", "--plan")
    needs = made["needs"]
    assert needs, "nobody of the example office has a PC yet"
    assert [one["rank"] for one in needs] == sorted(one["rank"] for one in needs)
    assert made["total_vnd"] == sum(one["price_vnd"] or 0 for one in needs)
    done = wardwatch("targets", "--plan", *there)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(".")[0].strip() for line in lines[: len(needs)]] == [
        str(one["rank"]) for one in needs
    ]
    assert lines[len(needs)].startswith("Tổng: ")
    refused = wardwatch("targets", "--plan", "--at", "2026-06-09", *there)
    assert (refused.returncode, "leave --at out" in refused.stderr) == (2, True)
    refused = wardwatch("targets", "--at", "9999-12-31", *there)
    assert (refused.returncode, "has not ended yet" in refused.stderr) == (2, True)


def test_a_yearly_report_closes_by_its_proof_on_the_page(visitor: Signed) -> None:
    body = visitor.page("/papers")[1]
    due = body.split('name="due_at" value="')[1].split('"')[0]
    name = body.split('action="/papers/')[1].split("/sent")[0]
    told = {"due_at": due, "channel": "công văn", "recipient": "VHXH", "receipt": "số 5"}
    at = {"sent_at": "2026-01-05T08:00"}
    assert visitor.send(f"/papers/{name}/sent", "", **told, **at)[0] == 409
    assert visitor.send(f"/papers/{name}/sent", "%PDF-1.7", **told, **at)[0] == 303


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_both_pages_fit_every_screen_and_ask_nobody_outside(
    running: Running, browser: Browser, visitor: Signed, incident: str, shape: str
) -> None:
    name, _, value = visitor.cookie["cookie"].partition("=")
    with context(browser, shape) as door:
        door.add_cookies([{"name": name, "value": value, "url": running.base}])
        page, wrong = watched(door, running.base)
        for place in ("/papers", f"/incidents/{incident}", "/incidents"):
            page.goto(running.base + place)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= SHAPES[shape][0]["width"], place
        assert wrong == []


def test_forms_are_believed_with_the_sessions_own_token_alone(
    running: Running, visitor: Signed, incident: str
) -> None:
    for place in (
        "/incidents",
        f"/incidents/{incident}/send",
        f"/incidents/{incident}/signed",
        "/papers/items",
    ):
        body = "form_token=other&kind=told-phishing&words=x&who=y"
        assert running.ask("POST", place, body, FORM | visitor.cookie)[0] == 403
