"""The API: the same values as the commands, by token or session, and a document that is true."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import insert

from backup import holds
from backup.tables import objects
from collector.store.database import connect
from console.api.document import Problem, address, document
from console.api.table import OPERATIONS
from tests.console.office import Running, poll
from tests.console.signed import sign_in

JSON = {"content-type": "application/json"}


def asked(running: Running, token: dict[str, str], path: str) -> Any:
    status, headers, body = running.ask("GET", path, headers=token)
    assert status == 200, (path, body)
    assert headers["content-type"] == "application/json"
    return msgspec.json.decode(body)


def test_it_answers_what_the_commands_print(running: Running, token: dict[str, str]) -> None:
    for path, command in (
        ("/api/targets?item=23", ("targets", "--item", "23")),
        ("/api/incidents", ("incidents",)),
    ):
        # A young office is judged between the two looks.
        poll(partial(_agree, running, token, path, command))
    assert set(asked(running, token, "/api/status")) == set(running.json("status"))
    machine = asked(running, token, "/api/machines/may-chu")
    assert machine["row"]["asset"] == "may-chu"
    assert machine["readings"]["system"]["report"] > 0


def _agree(running: Running, token: dict[str, str], path: str, command: tuple[str, ...]) -> bool:
    return bool(_still(asked(running, token, path)) == _still(running.json(*command)))


def _still(value: Any) -> Any:
    """Without record numbers, which go on between two looks at a running office."""
    text = msgspec.json.encode(value, order="sorted").decode()
    return re.sub(r'"(reports?)":(\[[^]]*\]|\d+|null)', r'"\1":0', text)


REAL = {
    "asset": "may-chu",
    "set": "tai-lieu-mau",
    "/api/lines/{id}": "duong-chinh",
    "/api/devices/{id}": "may-in-van-phong",
    "/api/reports/{id:int}": "1",
}
"""What is there; of the rest nothing is, and that is told."""
ABSENT = ("/api/incidents/{", "/api/handed/{", "/api/backups/restored/{")


def test_every_answer_keeps_to_the_document(running: Running, token: dict[str, str]) -> None:
    told = asked(running, token, "/api/openapi.json")
    assert told == msgspec.json.decode(msgspec.json.encode(document()))
    found = {one["operationId"] for methods in told["paths"].values() for one in methods.values()}
    assert len(found) == len(OPERATIONS), "each has a name of its own"
    for one in OPERATIONS:
        assert one.method.lower() in told["paths"][address(one)]
        if one.method == "POST":
            continue
        filled = re.sub(
            r"\{(\w+)(?::int)?\}",
            lambda part: REAL.get(one.path, REAL.get(part[1], "1")),  # noqa: B023
            one.path,
        )
        query = "?name=doc-truoc" if filled.endswith("/restore") else ""
        status, headers, body = running.ask("GET", filled + query, headers=token)
        if one.path.startswith(ABSENT):
            refused = msgspec.json.decode(body)
            assert headers["content-type"] == "application/problem+json"
            assert (refused["status"], refused["instance"]) == (404, filled)
            assert "/api/" in refused["title"], "where to see what there is"
        elif filled.endswith("/restore") and status == 409:
            continue  # of what was not backed up yet, nothing is found
        else:
            assert status == 200, (filled, body)
            msgspec.json.decode(body, type=one.answer)


def test_acts_want_json_and_say_what_is_wrong(running: Running, token: dict[str, str]) -> None:
    ask = running.ask
    assert ask("POST", "/api/tokens", "{}", token)[0] == 415
    assert ask("POST", "/api/tokens", "[", token | JSON)[0] == 400
    assert ask("POST", "/api/tokens", '{"asset": "no-such"}', token | JSON)[0] == 409
    status, _, body = ask("POST", "/api/tokens", '{"asset": "pc-cntt"}', token | JSON)
    assert status == 200
    assert msgspec.json.decode(body)["asset"] == "pc-cntt"
    checked = ask("POST", "/api/inventory/check", '{"text": "version: 1"}', token | JSON)[2]
    assert msgspec.json.decode(checked)["problems"]
    wrong = ask("POST", "/api/incidents/SC-0000/actions", '{"action": "dance"}', token | JSON)
    assert wrong[0] == 400


def test_a_stranger_a_page_and_another_site_are_refused(
    running: Running, token: dict[str, str]
) -> None:
    assert running.ask("GET", "/api/status")[0] == 401
    assert running.ask("GET", "/api/status", headers={"authorization": "Bearer no"})[0] == 401
    assert running.ask("GET", "/", headers=token)[0] == 303, "a token opens no page"
    session = sign_in(running).cookie
    assert running.ask("GET", "/api/status", headers=session)[0] == 200
    elsewhere = session | JSON | {"sec-fetch-site": "cross-site"}
    refused = running.ask("POST", "/api/tokens", "{}", elsewhere)
    assert refused[0] == 403
    for told in (refused, running.ask("GET", "/api/status")):
        assert told[1]["content-type"] == "application/problem+json"
        msgspec.json.decode(told[2], type=Problem)


def test_what_no_address_and_no_text_can_hold_is_refused_and_is_no_mistake_of_ours(
    running: Running, token: dict[str, str]
) -> None:
    for path in (
        "/api/targets?at=9999-12-31",
        "/api/lines?month=0001-01",
        "/api/lines?month=9999-12",
        "/api/backups/tai-lieu-mau/restore?name=a%00b",
        "/api/machines/a%00b",
        f"/api/reports/{'9' * 5000}",
    ):
        status, _, body = running.ask("GET", path, headers=token)
        assert status == 400, (path[:80], body)
        msgspec.json.decode(body, type=Problem)
    told = {"kind": "told-phishing", "words": "thư\0giả", "who": "Kế toán", "drill": True}
    assert sent(running, token, "/api/incidents", told)[0] == 400
    assert sent(running, token, "/api/incidents", told | {"words": "thư\\u0000"})[0] == 200
    visitor = sign_in(running)
    assert visitor.page("/lines?month=0001-01")[0] == 200
    assert visitor.post("/incidents", kind="told-phishing", words="a\0b", who="Kế toán")[0] == 400


def sent(running: Running, token: dict[str, str], path: str, body: object) -> tuple[int, Any]:
    text = msgspec.json.encode(body).decode()
    status, _, told = running.ask("POST", path, text, token | JSON)
    return status, msgspec.json.decode(told)


def test_what_a_person_tells_opens_an_incident_and_half_of_it_is_refused(
    running: Running, token: dict[str, str]
) -> None:
    told = {"kind": "told-phishing", "words": "thư giả", "who": "Kế toán", "drill": True}
    status, file = sent(running, token, "/api/incidents", told)
    assert status == 200
    assert (file["incident"]["rule"], file["incident"]["drill"]) == ("told-phishing", True)
    number = file["incident"]["id"]
    assert number in [one["id"] for one in asked(running, token, "/api/incidents?open=1")]
    assert sent(running, token, "/api/incidents", told | {"words": " "})[0] == 409
    status, refused = sent(running, token, f"/api/incidents/{number}/sending", {"to": ["police"]})
    assert (status, refused["status"]) == (409, 409), "of a drill nothing is sent"
    status, _ = sent(running, token, f"/api/incidents/{number}/sending", {"to": ["press"]})
    assert status == 400


def test_an_inventory_is_saved_only_over_the_one_that_was_read_and_only_when_right(
    running: Running, token: dict[str, str]
) -> None:
    held = asked(running, token, "/api/inventory")
    text = held["text"].replace("Phòng kỹ thuật", "Phòng máy")
    assert text != held["text"]
    wrong = {"text": text + "\nodd: 1\n", "before": held["sha256"]}
    status, refused = sent(running, token, "/api/inventory", wrong)
    assert status == 409
    assert "odd" in refused["title"]
    assert sent(running, token, "/api/inventory", {"text": text, "before": "0" * 64})[0] == 409
    saving = {"text": text, "before": held["sha256"]}
    status, saved = sent(running, token, "/api/inventory", saving)
    assert status == 200
    assert asked(running, token, "/api/inventory") == {"text": text, "sha256": saved["sha256"]}
    assert sent(running, token, "/api/inventory", saving)[0] == 409, "somebody saved meanwhile"


def test_devices_and_changes_are_told_as_their_pages_tell_them(
    running: Running, token: dict[str, str]
) -> None:
    devices = asked(running, token, "/api/devices")
    assert {one["kind"] for one in devices} >= {"printer", "switch", "router", "ups"}
    printer = asked(running, token, "/api/devices/may-in-van-phong")
    assert printer["row"] == devices[0]
    assert asked(running, token, "/api/devices/strangers") == []
    mac = {"mac": "00:11:22:33:44:55", "name": "Máy quét"}
    assert sent(running, token, "/api/devices/strangers", mac) == (200, [])
    status, refused = sent(running, token, "/api/devices/strangers", mac | {"mac": "x"})
    assert (status, refused["instance"]) == (409, "/api/devices/strangers")
    status, trusted = sent(running, token, "/api/devices/may-in-van-phong/accept", {})
    assert (status, trusted) == (200, {"unpinned": []})
    assert isinstance(asked(running, token, "/api/machines/may-chu/changes"), list)
    assert running.ask("GET", "/api/machines/no-such/changes", headers=token)[0] == 404
    assert "cntt" in [one["id"] for one in asked(running, token, "/api/users")]


def test_the_clocks_of_an_incident_follow_what_a_program_tells(
    running: Running, token: dict[str, str]
) -> None:
    told = {"kind": "told-malware", "words": "tệp bị mã hóa", "who": "Kế toán"}
    number = sent(running, token, "/api/incidents", told)[1]["incident"]["id"]
    at = f"/api/incidents/{number}"

    def done(act: str, body: object) -> Any:
        status, found = sent(running, token, f"{at}/{act}", body)
        assert status == 200, found
        return found

    assert (
        done("class", {"level": "M2", "reason": "lan sang máy khác"})["incident"]["level"] == "M2"
    )
    stated = done("state", {"field": "cause", "text": "mở tệp đính kèm"})
    assert stated["statements"] == {"cause": "mở tệp đính kèm"}
    began = "2026-11-23T14:05:00+07:00"
    assert sent(running, token, f"{at}/correct-t0", {"t0": began, "reason": ""})[0] == 409
    status, refused = sent(running, token, f"{at}/correct-t0", {"t0": "2026-11-23", "reason": "x"})
    assert status == 400
    assert "t0" in refused["title"], "which field"
    clock = next(one for one in stated["duties"] if one["state"] == "counting")["obligation"]
    lacking = {"sent_at": "2020-01-01T00:00:00Z", "channel": "thư", "recipient": "Công an"}
    proof = lacking | {"receipt": "số 12", "file_sha256": "0" * 64}
    assert sent(running, token, f"{at}/{clock}/sent", lacking)[0] == 400
    assert sent(running, token, f"{at}/{clock}/sent", proof)[0] == 409, "before it happened"
    assert sent(running, token, f"{at}/{clock}/aside", {"reason": " "})[0] == 409
    aside = done(f"{clock}/aside", {"reason": "đã báo trực tiếp"})
    states = {one["obligation"]: one["state"] for one in aside["duties"]}
    assert states[clock] == "not_applicable"
    assert sent(running, token, f"{at}/merge", {"into": number, "reason": "x"})[0] == 409
    assert done("drill", {"reason": "diễn tập"})["incident"]["drill"] is True
    assert sent(running, token, "/api/incidents/SC-0/drill", {"reason": "x"})[0] == 404


def test_a_list_becomes_an_inventory_that_nobody_saved_yet(
    running: Running, token: dict[str, str]
) -> None:
    before = asked(running, token, "/api/inventory")
    sheet = "Họ tên,Chức vụ,Phòng ban,Máy tính\nNguyễn Văn An,Chuyên viên,Văn phòng,VP-01\n"
    wish = {"file": "ds.csv", "content": b64encode(sheet.encode()).decode(), "name": "Phường A"}
    status, draft = sent(running, token, "/api/inventory/draft", wish)
    assert status == 200, draft
    assert "Chuyên viên" in draft["text"]
    assert draft["problems"] == []
    unread = wish | {"content": b64encode(b"PK\x03\x04").decode()}
    assert sent(running, token, "/api/inventory/draft", unread)[0] == 409
    assert asked(running, token, "/api/inventory") == before
    assert asked(running, token, "/api/settings")["certificate"]["pin"]
    assert asked(running, token, "/api/audit/chain")["broken_seq"] is None
    assert sent(running, token, "/api/agents/nobody", {"act": "revoke"})[0] == 404


def test_what_was_meant_is_accepted_and_explained_under_the_programs_own_name(
    running: Running, token: dict[str, str]
) -> None:
    at, gone = datetime(2026, 11, 23, 5, tzinfo=UTC), "f" * 64
    store = connect(f"sqlite:///{running.state}/wardwatch.sqlite")
    row = {"repository": "kho-chinh", "kind": "snapshots", "name": gone, "size_bytes": 1}
    with store.write() as connection:
        connection.execute(insert(objects).values(**row, first_seen_at=at, state="vanished"))
        hold = holds.raise_(connection, "kho-chinh", "canary", "phép thử", at, "tai-lieu-mau")
    store.close()
    meant = {"object": f"snapshots/{gone}"}
    assert sent(running, token, "/api/repositories/kho-chinh/accept", meant)[0] == 200
    status, refused = sent(running, token, "/api/repositories/kho-chinh/accept", meant)
    assert status == 409
    assert gone in refused["title"]
    assert hold in [one["id"] for one in asked(running, token, "/api/backups/holds")]
    path = f"/api/backups/holds/{hold}/explain"
    assert sent(running, token, path, {"why": " "})[0] == 400
    status, left = sent(running, token, path, {"why": "diễn tập"})
    assert status == 200
    assert hold not in [one["id"] for one in left]
    assert sent(running, token, path, {"why": "diễn tập"})[0] == 404
    acts = {one["action"] for one in asked(running, token, "/api/audit?actor=cntt")}
    assert acts >= {"object-accepted", "hold-explained"}
