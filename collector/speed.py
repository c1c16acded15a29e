"""The server's side of a speed test: bytes down, bytes up and counted; a plain ASGI application.

`/v1/speed/…` is wardwatch's own way; `/speedtest/…` is what speedtest-cli asks of a server of the
kind "Speedtest Mini".
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

import msgspec
from starlette.types import Receive, Scope, Send

from collector.problems import problem

LONGEST_SECONDS = 20.0
"""No test takes as long; what is left open by a PC that died ends."""
MOST_BYTES = 4 * 10**9
PIECE_BYTES = 256 * 1024
PICTURE = re.compile(r"/speedtest/random(\d{3,4})x\d{3,4}\.jpg")
PICTURE_BYTES = 30_000_000
"""Of the largest picture, as Mini servers have it."""
STEP_SECONDS = 0.02
AT_ONCE = 32
"""Connections at one time: a test has eight."""
PAGE = b'<html><script>upload_extension: "php"</script></html>'
PIECE = os.urandom(PIECE_BYTES)
"""Random, so that nothing on the way packs it; the same all the time, so that it costs nothing."""

Admits = Callable[[Scope], Awaitable[bool]]
Reply = tuple[int, bytes, str]


class Speed:
    """Answers those whom `admits` lets in; everyone else alike, with 403."""

    def __init__(
        self, admits: Admits, *, mini: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._admits, self._mini, self._clock = admits, mini, clock
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if self._open >= AT_ONCE:
            await problem(503, "too many measure at once")(scope, receive, send)
            return
        self._open += 1
        try:
            await self._served(scope, receive, send)
        finally:
            self._open -= 1

    async def _served(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = unquote(scope["path"]), scope["method"]
        if not await self._admits(scope):
            await problem(403, "no permit to measure now")(scope, receive, send)
        elif method == "GET" and path == "/v1/speed/down":
            await self._down(send, MOST_BYTES)
        elif method == "POST" and path == "/v1/speed/up":
            count, marks = await self._count(receive)
            body = msgspec.json.encode({"bytes": count, "marks": marks})
            await _answer(send, (200, body, "application/json"))
        elif self._mini:
            await self._as_mini(scope, receive, send)
        else:
            await problem(404, "there is no such page")(scope, receive, send)

    async def _as_mini(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = unquote(scope["path"]), scope["method"]
        picture = PICTURE.fullmatch(path)
        if picture:
            await self._down(send, PICTURE_BYTES * int(picture[1]) ** 2 // 4000**2)
        elif path == "/speedtest/latency.txt":
            await _answer(send, (200, b"test=test\n", "text/plain"))
        elif path == "/speedtest/upload.php":
            count = (await self._count(receive))[0] if method == "POST" else 500
            await _answer(send, (200, b"size=%d" % count, "text/plain"))
        elif path in {"/", "/speedtest/"}:
            await _answer(send, (200, PAGE, "text/html"))
        else:
            await problem(404, "there is no such page")(scope, receive, send)

    async def _down(self, send: Send, most_bytes: int) -> None:
        """Without a length: whoever measures stops when it has measured enough."""
        headers = [(b"content-type", b"application/octet-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        end, left = self._clock() + LONGEST_SECONDS, most_bytes
        while left > 0 and self._clock() < end:
            piece = PIECE if left >= PIECE_BYTES else PIECE[:left]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            left -= len(piece)
        await send({"type": "http.response.body", "body": b""})

    async def _count(self, receive: Receive) -> tuple[int, list[tuple[float, int]]]:
        """What came in, and when how much of it: (seconds, bytes so far)."""
        began, count = self._clock(), 0
        marks: list[tuple[float, int]] = []
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return count, marks
            count += len(message.get("body", b""))
            seconds, over = self._clock() - began, not message.get("more_body")
            if marks and seconds - marks[-1][0] < STEP_SECONDS and not over:
                continue
            marks.append((round(seconds, 4), count))
            if over or seconds > LONGEST_SECONDS or count > MOST_BYTES:
                return count, marks


async def _answer(send: Send, reply: Reply) -> None:
    status, body, kind = reply
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
