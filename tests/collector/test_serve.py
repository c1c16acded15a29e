from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.authority import Authority
from collector.problems import HANDLERS
from collector.serve import ServeError, serve
from tests.collector.office import NOON
from tests.collector.served import free_port


async def broken(_request: Request) -> Response:
    raise ZeroDivisionError("ward")


APP = Starlette(routes=[Route("/broken", broken)], exception_handlers=HANDLERS)


def test_an_address_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, (), NOON)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"cannot listen on 127.0.0.1:{port}: Address already"):
            asyncio.run(serve(APP, "127.0.0.1", port, authority, asyncio.Event()))


def test_our_own_mistake_is_in_the_log_and_not_in_the_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = Authority.open(tmp_path, (), NOON)
    port = free_port()
    context = ssl.create_default_context(cadata=authority.ca_pem.decode())
    context.check_hostname = False

    async def answered() -> bytes:
        for _ in range(600):
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.1)
        writer.write(b"GET /broken HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        found = await reader.read()
        writer.close()
        return found

    async def story() -> bytes:
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(APP, "127.0.0.1", port, authority, stop))
        found = await answered()
        stop.set()
        await serving
        return found

    found = asyncio.run(story())
    assert found.startswith(b"HTTP/1.1 500")
    assert b"application/problem+json" in found
    assert b"ward" not in found
    assert "ZeroDivisionError: ward" in caplog.text
