"""One kept HTTP/1.1 connection over TLS, driven in steps that never wait.

`http.client` waits inside its calls, and costs a megabyte of memory for the e-mail package that
reads its headers; what the agent asks for is one POST, and a short answer (RFC 9112).
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Generator, Sequence

from agent.lean import NamedTuple

READ, WRITE = False, True
"""What a step waits for: something to read, or room to write."""
Waits = Generator[bool, None, None]
Address = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
"""Family and place, as getaddrinfo(3) tells them."""

ANSWER_BYTES = 1024 * 1024
HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 16 * 1024
UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)})


class ExchangeError(Exception):
    """What came is no answer of HTTP/1.1; says what is wrong with it."""


class Reply(NamedTuple):
    """One answer. Header names are in lower case; of a repeated one the last counts."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """A connection to one server; opened when it is first needed."""

    def __init__(self, host: str, context: ssl.SSLContext) -> None:
        self._host = host
        self._context = context
        self._socket: socket.socket | None = None
        self._kept = bytearray()

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def fileno(self) -> int:
        """For select(2); -1 where there is no connection."""
        return self._socket.fileno() if self._socket else -1

    def close(self) -> None:
        """Let go of it, whatever is under way."""
        if self._socket:
            self._socket.close()
        self._socket = None
        self._kept.clear()

    def open(self, addresses: Sequence[Address]) -> Waits:
        """Connect to the first of them that answers, and check who it is."""
        failed: OSError = OSError("no address")
        for family, place in addresses:
            there = socket.socket(family, socket.SOCK_STREAM)
            self._socket = there
            there.setblocking(False)
            code = there.connect_ex(place)
            if code in UNDER_WAY:
                yield WRITE
                code = there.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                yield from self._shake(there)
                return
            self.close()
            failed = OSError(code, errno.errorcode.get(code, "cannot connect"))
        raise failed

    def _shake(self, there: socket.socket) -> Waits:
        secured = self._context.wrap_socket(
            there, server_hostname=self._host.encode("ascii"), do_handshake_on_connect=False
        )
        self._socket = secured
        while True:
            try:
                secured.do_handshake()
            except ssl.SSLWantReadError:
                yield READ
            except ssl.SSLWantWriteError:
                yield WRITE
            else:
                return

    def ask(self, request: bytes) -> Generator[bool, None, Reply]:
        """Send a whole request and read the answer to it; raises `OSError`, `ExchangeError`."""
        left = memoryview(request)
        while left:
            try:
                left = left[self._open().send(left) :]
            except ssl.SSLWantReadError:
                yield READ
            except (ssl.SSLWantWriteError, BlockingIOError):
                yield WRITE
        return (yield from self._reply())

    def _reply(self) -> Generator[bool, None, Reply]:
        status, reason = 100, ""
        headers: dict[str, str] = {}
        while 100 <= status < 200:  # a word beforehand, RFC 9110, 15.2
            status, reason, headers = _head((yield from self._until(b"\r\n\r\n", HEAD_BYTES)))
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = yield from self._chunks()
        else:
            body = yield from self._exactly(_length(headers.get("content-length", "")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(status, reason, headers, body)

    def _chunks(self) -> Generator[bool, None, bytes]:
        body = bytearray()
        while True:
            line = yield from self._until(b"\r\n", HEAD_BYTES)
            size = _length(line.partition(b";")[0].decode("latin-1"), 16)
            if size == 0:
                break
            body += yield from self._exactly(size)
            if (yield from self._exactly(2)) != b"\r\n" or len(body) > ANSWER_BYTES:
                raise ExchangeError("an answer that is cut wrongly, or too long")
        while (yield from self._until(b"\r\n", HEAD_BYTES)):
            pass  # trailers, which nothing here needs
        return bytes(body)

    def _until(self, mark: bytes, most_bytes: int) -> Generator[bool, None, bytes]:
        """What stands before the mark, which is taken away too."""
        while (place := self._kept.find(mark)) < 0:
            if len(self._kept) > most_bytes:
                raise ExchangeError("an answer without an end")
            yield from self._more()
        found = bytes(self._kept[:place])
        del self._kept[: place + len(mark)]
        return found

    def _exactly(self, size: int) -> Generator[bool, None, bytes]:
        while len(self._kept) < size:
            yield from self._more()
        found = bytes(self._kept[:size])
        del self._kept[:size]
        return found

    def _more(self) -> Waits:
        while True:
            try:
                data = self._open().recv(CHUNK_BYTES)
            except (ssl.SSLWantReadError, BlockingIOError):
                yield READ
            except ssl.SSLWantWriteError:
                yield WRITE
            else:
                break
        if not data:
            raise ExchangeError("the connection ended before the answer")
        self._kept += data

    def _open(self) -> socket.socket:
        if self._socket is None:
            raise ExchangeError("no connection")
        return self._socket


def _head(text: bytes) -> tuple[int, str, dict[str, str]]:
    first, *lines = text.decode("latin-1").split("\r\n")
    version, _, told = first.partition(" ")
    number, _, reason = told.partition(" ")
    if not version.startswith("HTTP/1.") or not (number.isascii() and number.isdecimal()):
        raise ExchangeError("an answer that is no HTTP/1.1")
    parts = (line.partition(":") for line in lines)
    return int(number), reason, {name.strip().lower(): value.strip() for name, _, value in parts}


def _length(text: str, base: int = 10) -> int:
    # Without a length the answer would end with the connection: a cut one would pass for whole.
    try:
        size = int(text.strip(), base)
    except ValueError:
        raise ExchangeError("an answer without its length") from None
    if not 0 <= size <= ANSWER_BYTES:
        raise ExchangeError("an answer that is too long")
    return size
