"""The API: the same values as the commands, by token or session, and a document that is true."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from console.pages.api import ACTS, READS, document
from tests.console.office import Running
from tests.console.signed import sign_in

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def token(running: Running) -> dict[str, str]:
    made = running.json("user", "token", "cntt", "--for", "phép thử")["token"]
    return {"authorization": f"Bearer {made}"}


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
        assert _still(asked(running, token, path)) == _still(running.json(*command))
    assert set(asked(running, token, "/api/status")) == set(running.json("status"))
    machine = asked(running, token, "/api/machines/may-chu")
    assert machine["row"]["asset"] == "may-chu"
    assert machine["readings"]["system"]["report"] > 0


def _still(value: Any) -> Any:
    """Without record numbers, which go on between two looks at a running office."""
    text = msgspec.json.encode(value, order="sorted").decode()
    return re.sub(r'"(reports?)":(\[[^]]*\]|\d+|null)', r'"\1":0', text)


def test_every_answer_keeps_to_the_document(running: Running, token: dict[str, str]) -> None:
    told = asked(running, token, "/api/openapi.json")
    assert told == msgspec.json.decode(msgspec.json.encode(document()))
    for path, (_, answer) in READS.items():
        filled = path.replace("{asset}", "may-chu").replace("{id}", "SC-0000")
        status, _, body = running.ask("GET", filled, headers=token)
        if status == 404:
            assert msgspec.json.decode(body)["status"] == 404
            continue
        assert status == 200, path
        assert "get" in told["paths"][path]
        msgspec.json.decode(body, type=answer)
    assert all("post" in told["paths"][path] for path in ACTS)


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
    assert running.ask("POST", "/api/tokens", "{}", elsewhere)[0] == 403


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
    assert isinstance(asked(running, token, "/api/machines/may-chu/changes"), list)
    assert running.ask("GET", "/api/machines/no-such/changes", headers=token)[0] == 404
    assert "cntt" in [one["id"] for one in asked(running, token, "/api/users")]
