"""Reads the body of a request within its limits: in time, in size, unpacked in size."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from collector.deadline import Deadline

LIMIT_BYTES = 1024 * 1024  # as sent and after decompression
DEADLINE_SECONDS = 30.0  # the HTTP server closes slow headers, but lets a body trickle for ever
TRICKLE_SECONDS = 10.0
TRICKLE_BYTES = 64 * 1024  # by then: 52 kbit/s, less than the slowest line that an office has

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BodyError(Exception):
    """A body that is not taken, with the HTTP status that says so."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Bodies:
    """Reads bodies for one event loop: ten seconds for the first 64 KiB, thirty for the whole."""

    def __init__(
        self, trickle_seconds: float = TRICKLE_SECONDS, whole_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._first = Deadline(trickle_seconds)
        self._rest = Deadline(whole_seconds - trickle_seconds)

    async def read(self, receive: Receive, encoding: str) -> bytes:
        """The body, decompressed. Raises BodyError: 400, 408, 413 or 415."""
        if encoding not in ("", "identity", "gzip"):
            raise BodyError(415, "Content-Encoding is gzip or identity")
        parts: list[bytes] = []
        try:
            if await self._first.within(_received(receive, parts, TRICKLE_BYTES)):
                await self._rest.within(_received(receive, parts, LIMIT_BYTES + 1))
        except TimeoutError:
            raise BodyError(408, "the body came too slowly") from None
        sent = b"".join(parts)
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


async def _received(receive: Receive, parts: list[bytes], until_bytes: int) -> bool:
    """Add what comes to the parts, up to so many bytes; True while there is more to come."""
    size = sum(map(len, parts))
    while size < until_bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyError(400, "the connection was closed before the body's end")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LIMIT_BYTES:
            raise BodyError(413, f"the body is larger than {LIMIT_BYTES} bytes")
        if not message.get("more_body", False):
            return False
    return True
