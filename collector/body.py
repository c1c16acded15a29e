"""Reads the body of a request within its limits: in time, in size, unpacked in size."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

LIMIT_BYTES = 1024 * 1024  # as sent and after decompression
DEADLINE_SECONDS = 30.0  # the HTTP server closes slow headers, but lets a body trickle for ever

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BodyError(Exception):
    """A body that is not taken, with the HTTP status that says so."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


async def read(
    receive: Receive, encoding: str, deadline_seconds: float = DEADLINE_SECONDS
) -> bytes:
    """The body, decompressed. Raises BodyError: 400, 408, 413 or 415."""
    if encoding not in ("", "identity", "gzip"):
        raise BodyError(415, "Content-Encoding is gzip or identity")
    try:
        async with asyncio.timeout(deadline_seconds):
            sent = await _received(receive)
    except TimeoutError:
        raise BodyError(408, f"the body took longer than {deadline_seconds:g} seconds") from None
    return unpacked(sent) if encoding == "gzip" else sent


def unpacked(sent: bytes) -> bytes:
    """Decompress one gzip member, never past the limit: a bomb costs its fuse. Raises BodyError."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = unpacker.decompress(sent, LIMIT_BYTES + 1)
    except zlib.error as error:
        raise BodyError(400, f"the body is not gzip: {error}") from error
    if len(body) > LIMIT_BYTES:
        raise BodyError(413, f"the body is larger than {LIMIT_BYTES} bytes after decompression")
    if not unpacker.eof or unpacker.unused_data:
        raise BodyError(400, "the body is not one whole gzip member")
    return body


async def _received(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyError(400, "the connection was closed before the body's end")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LIMIT_BYTES:
            raise BodyError(413, f"the body is larger than {LIMIT_BYTES} bytes")
        if not message.get("more_body", False):
            return b"".join(parts)
