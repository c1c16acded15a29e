"""A look at a line over bad ways: late, lost, reset, silent, and name servers that lie; and the pins."""

from __future__ import annotations

import json
import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.line import pins
from agent.line.looking import Heard, Wanted, look
from agent.line.pins import PinsError
from tests.faulty import Answer, Fate, Way, names, way

CONTEXT = ssl.create_default_context()


@pytest.fixture(scope="module")
def answering() -> object:
    """A way to nowhere that takes every connection: what a target is to a look."""
    with way("127.0.0.1", 9, fate="black-hole") as there:
        yield there


def one(target: str, **more: object) -> Heard:
    wanted = Wanted(targets=(target,), **more)  # type: ignore[arg-type] # its fields
    return look(wanted, CONTEXT).targets[0]


def test_a_target_that_takes_connections_is_up_whatever_it_says(answering: Way) -> None:
    # A black hole behind the connection is a service's fault, not the line's.
    heard = one(f"127.0.0.1:{answering.port}")
    assert heard.error is None
    assert heard.asked == 5
    assert heard.loss_ratio == 0
    assert heard.jitter_seconds is not None


def test_a_target_without_a_listener_is_told_in_words() -> None:
    with way("127.0.0.1", 9) as gone:
        port = gone.port
    heard = one(f"127.0.0.1:{port}")
    assert (heard.latency_seconds, heard.error, heard.loss_ratio) == (None, "connection refused", 1)


def test_web_services_that_do_not_serve_are_told_by_how_they_failed() -> None:
    fates: dict[Fate, str] = {
        "reset": "connection reset",
        "closed": "the connection ended before the answer",
        "black-hole": "no answer in 3 seconds",
    }
    with ExitStack() as stack:
        ports = {
            stack.enter_context(way("127.0.0.1", 9, fate=fate)).port: said
            for fate, said in fates.items()
        }
        wanted = Wanted(services=tuple(f"127.0.0.1:{port}" for port in ports))
        heard = look(wanted, CONTEXT).services
    assert [one.latency_seconds for one in heard] == [None] * 3
    for one, said in zip(heard, ports.values(), strict=True):
        assert said in (one.error or "")  # a reset may come with the handshake under way


def test_a_name_server_is_judged_by_its_own_answer_alone() -> None:
    answers: dict[Answer, str | None] = {
        "sound": None,
        "failure": "SERVFAIL",
        "refused": "REFUSED",
        "silent": "no answer in 2 seconds",
        "foreign": "no answer in 2 seconds",
        "garbage": "no answer in 2 seconds",
    }
    with ExitStack() as stack:
        servers = [stack.enter_context(names(answer=one)) for one in answers]
        places = tuple(f"127.0.0.1:{one.port}" for one in servers)
        heard = look(Wanted(name_servers=places, name="dichvucong.example"), CONTEXT).name_servers
    assert [one.asked for one in servers] == [2] * 6  # one packet may get lost
    assert heard[0].learnt == "198.51.100.7"
    assert heard[0].error is None
    for one, said in zip(heard[1:], list(answers.values())[1:], strict=True):
        assert one.latency_seconds is None
        assert said is not None
        assert said in (one.error or "")


def test_a_late_name_server_is_late_and_not_dead() -> None:
    with names(delay_seconds=0.3) as server:
        wanted = Wanted(name_servers=(f"127.0.0.1:{server.port}",), name="dichvucong.example")
        (heard,) = look(wanted, CONTEXT).name_servers
    assert heard.error is None
    assert heard.latency_seconds is not None
    assert heard.latency_seconds >= 0.3


def test_a_name_that_nobody_resolves_is_told_without_asking_anyone() -> None:
    with names(answer="failure") as server:
        heard = one("khong-co.example:443", name_servers=(f"127.0.0.1:{server.port}",))
    assert heard.error == "the name was not found"


PINNED = {
    "version": 1,
    "lines": {
        "chinh": {
            "targets": ["192.0.2.1:443", "[2001:db8::1]:53"],
            "gateway": "192.168.1.1",
            "speed": {"provider": "http", "server": "192.0.2.9:8099", "scope": "internet"},
        }
    },
}


def changed(**values: object) -> str:
    return json.dumps({**PINNED, "lines": {"chinh": {**PINNED["lines"]["chinh"], **values}}})  # type: ignore[index]


def test_pins_are_taken_whole() -> None:
    pin = pins.understood(json.dumps(PINNED))["chinh"]
    assert pin.targets == ("192.0.2.1:443", "[2001:db8::1]:53")
    assert pin.speed is not None
    assert pin.speed.server == "192.0.2.9:8099"
    assert pins.understood(changed(speed=None))["chinh"].speed is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 10_000,
        '{"version": 2, "lines": {}}',
        '{"version": 1, "lines": {"../x": {}}}',
        json.dumps({"version": 1, "lines": {f"l{n}": {} for n in range(9)}}),
        changed(targets=["192.0.2.1"]),
        changed(targets=["192.0.2.1:99999"]),
        changed(targets=["a b:1"]),
        changed(targets=["a:1"] * 9),
        changed(gateway="$(reboot)"),
        changed(gateway=7),
        changed(name="-; rm"),
        changed(speed={"provider": "shell", "scope": "lan"}),
        changed(speed={"provider": "http", "scope": "moon"}),
        changed(speed={"provider": "http", "scope": "lan", "server": "x:0"}),
    ],
)
def test_half_right_pins_are_none(text: str) -> None:
    with pytest.raises(PinsError, match="join again"):
        pins.understood(text)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        (["chinh", "phu", "chinh"], ("chinh", "phu")),
        (["chinh", "../x"], ()),
        (["Chinh"], ()),
        (["a"] * 9, ()),
        ("chinh", ()),
        ({"a": 1}, ()),
        ([1], ()),
        (None, ()),
    ],
)
def test_the_collector_names_lines_and_nothing_else(told: object, taken: tuple[str, ...]) -> None:
    assert pins.chosen(told) == taken


def test_pins_are_read_from_the_agents_folder(tmp_path: Path) -> None:
    assert pins.load(tmp_path) is None
    (tmp_path / pins.FILE).write_text(json.dumps(PINNED), "utf-8")
    assert pins.load(tmp_path) == json.dumps(PINNED)
    (tmp_path / pins.FILE).write_bytes(b"\xff\xfe")
    assert pins.load(tmp_path) is None
