"""How the API takes what it is sent: off the event loop, and not for ever."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable

import anyio
import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.types import Message

from console.api.answering import endpoint
from console.api.operation import Operation

READ_BY: list[int] = []


class Body(Struct, frozen=True):
    """Tells which thread read it."""

    text: str

    def __post_init__(self) -> None:
        READ_BY.append(threading.get_ident())


def answer(_request: Request, asked: Body) -> str:
    """Echo."""
    return asked.text


def sent(one: Operation, receive: Callable[[], Awaitable[Message]]) -> tuple[int, bytes]:
    async def answered() -> tuple[int, bytes]:
        headers = [(b"content-type", b"application/json"), (b"host", b"x")]
        scope = {"type": "http", "method": "POST", "path": one.path, "headers": headers}
        found = await endpoint(one)(Request(scope | {"query_string": b""}, receive))
        return found.status_code, bytes(found.body)

    return anyio.run(answered)


def test_what_is_sent_is_read_in_a_thread_of_its_own() -> None:
    async def whole() -> Message:
        return {"type": "http.request", "body": b'{"text": "a"}', "more_body": False}

    told = sent(Operation("POST", "/api/x", answer, str, Body), whole)
    assert (told[0], msgspec.json.decode(told[1])) == (200, "a")
    assert len(READ_BY) == 1
    assert threading.get_ident() not in READ_BY


def test_what_does_not_arrive_is_not_waited_for() -> None:
    async def never() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    one = Operation("POST", "/api/x", answer, str, Body, seconds_most=0.05)
    assert sent(one, never)[0] == 408
