"""A way between two programs that is as bad as it is told to be; real sockets, no kernel's help.

`Way` carries TCP: slow, reset, closed, silent, cut after so many bytes. `Names` answers DNS
questions over UDP: soundly, with a failure, with another's answer, late, or not at all.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

PIECE_BYTES = 16 * 1024
ROOM_BYTES = 64 * 1024
STEP_SECONDS = 0.02

Fate = Literal["carried", "black-hole", "reset", "closed"]
"""Of a connection: carried, held without an answer, reset or ended as soon as it is there."""
Answer = Literal["sound", "failure", "refused", "garbage", "foreign", "silent"]


@dataclass
class Way:
    """What becomes of connections to `port`. Everything may be changed while it runs."""

    to: tuple[str, int]
    port: int = 0
    fate: Fate = "carried"
    bytes_per_second: float | None = None
    """In each direction, all connections together."""
    cut_after_bytes: int | None = None
    """Of one direction of a connection; then it is reset."""
    carried: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    """Bytes from the client (up) and to it (down)."""


@contextmanager
def way(host: str, port: int, **faults: object) -> Iterator[Way]:
    """A listening way to that place, in threads of its own."""
    made = Way((host, port), **faults)  # type: ignore[arg-type] # the fields above
    with closing(socket.socket()) as door:
        # Before it listens: what lies in this end's buffers would pass for sent at the other.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        made.port = door.getsockname()[1]
        carrier = _Carrier(made, door)
        carrier.start()
        try:
            yield made
        finally:
            carrier.end()


class _Carrier(threading.Thread):
    """Takes connections in; each has a thread for either direction."""

    def __init__(self, made: Way, door: socket.socket) -> None:
        super().__init__(name="way", daemon=True)
        self.made, self.door = made, door
        self.pace = {"up": _Pace(), "down": _Pace()}
        self.open: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.over = threading.Event()

    def run(self) -> None:
        while True:
            try:
                there, _ = self.door.accept()
            except OSError:
                return
            self._begin(there, self.made.fate)

    def _begin(self, client: socket.socket, fate: Fate) -> None:
        self.open.append(client)
        if fate == "reset":
            _reset(client)
        elif fate == "closed":
            # Its end alone: closing over what the client has sent already would reset it.
            with suppress(OSError):
                client.shutdown(socket.SHUT_WR)
        elif fate == "carried":
            try:
                server = socket.create_connection(self.made.to, 10)
            except OSError:
                _reset(client)
                return
            server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM_BYTES)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM_BYTES)
            self.open.append(server)
            for direction, ends in (("up", (client, server)), ("down", (server, client))):
                thread = threading.Thread(target=self._carry, args=(direction, *ends), daemon=True)
                self.threads.append(thread)
                thread.start()

    def _carry(self, direction: str, one: socket.socket, other: socket.socket) -> None:
        made, count = self.made, 0
        with suppress(OSError):
            while piece := one.recv(PIECE_BYTES):
                if made.bytes_per_second:
                    self.over.wait(self.pace[direction].wait_seconds(piece, made.bytes_per_second))
                other.sendall(piece)
                count += len(piece)
                made.carried[direction] += len(piece)
                if made.cut_after_bytes is not None and count >= made.cut_after_bytes:
                    _reset(one)
                    _reset(other)
                    return
            other.shutdown(socket.SHUT_WR)
            return
        _reset(other)

    def end(self) -> None:
        self.over.set()
        with suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)
        self.join(10)
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self.threads:
            thread.join(10)


class _Pace:
    """When the next piece of a direction may go."""

    def __init__(self) -> None:
        self.free_at, self.lock = 0.0, threading.Lock()

    def wait_seconds(self, piece: bytes, rate: float) -> float:
        now = time.monotonic()
        with self.lock:
            # What was not used is gone: a line carries nothing faster because it was idle.
            self.free_at = max(self.free_at, now - STEP_SECONDS) + len(piece) / rate
            return max(0.0, self.free_at - now)


def _reset(there: socket.socket) -> None:
    """RST in place of FIN: an option that throws away what is still to be sent."""
    with suppress(OSError):
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        there.shutdown(socket.SHUT_RD)
    there.close()


@dataclass
class Names:
    """A name server on `port` that gives one address for every name."""

    port: int = 0
    answer: Answer = "sound"
    delay_seconds: float = 0.0
    asked: int = 0


@contextmanager
def names(**faults: object) -> Iterator[Names]:
    """A name server in a thread of its own, over UDP on the loopback."""
    made = Names(**faults)  # type: ignore[arg-type] # the fields above
    over = threading.Event()
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as door:
        door.bind(("127.0.0.1", made.port))
        door.settimeout(STEP_SECONDS)
        made.port = door.getsockname()[1]
        thread = threading.Thread(target=_answers, args=(made, door, over), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            over.set()
            thread.join(10)


def _answers(made: Names, door: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        try:
            question, place = door.recvfrom(4096)
        except TimeoutError:
            continue
        made.asked += 1
        told = reply(question, made.answer)
        if told is not None:
            over.wait(made.delay_seconds)
            door.sendto(told, place)


def reply(question: bytes, answer: Answer) -> bytes | None:
    """A DNS message (RFC 1035) that answers that question so, or None."""
    if answer == "silent":
        return None
    if answer == "garbage":
        return b"\xff" * 7
    number = question[:2] if answer != "foreign" else bytes(one ^ 0xFF for one in question[:2])
    code = {"failure": 2, "refused": 5}.get(answer, 0)
    found = code == 0
    head = number + struct.pack(">HHHHH", 0x8180 | code, 1, int(found), 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + b"\xc6\x33\x64\x07"
    return head + question[12:] + (record if found else b"")
