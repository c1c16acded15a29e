"""A speed test against servers that die, refuse or say nothing sound: no figure, and honest bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from agent.bandwidth import transfer
from agent.bandwidth.measure import Course, MeasureError, boot_seconds
from tests.faulty import Fate, way

BYTES = 10**9


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of one answer, each connection in a thread of its own; gives its port."""
    door = socket.create_server(("127.0.0.1", 0))

    def take(there: socket.socket) -> None:
        with closing(there), suppress(OSError):
            answer(there)

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=take, args=(door.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield int(door.getsockname()[1])
    finally:
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()


def endless(there: socket.socket) -> None:
    """A transfer that the server never ends."""
    there.recv(4096)
    there.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        there.sendall(bytes(64 * 1024))


def refusing(there: socket.socket) -> None:
    there.recv(4096)
    there.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")


def lying(said: bytes) -> Callable[[socket.socket], None]:
    """Takes an upload to its end, and then says that of it."""

    def answer(there: socket.socket) -> None:
        end = b""
        while not end.endswith(b"0\r\n\r\n"):
            piece = there.recv(64 * 1024)
            if not piece:
                return  # it broke off: another of its streams was answered first
            end = (end + piece)[-16:]
        there.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said))

    return answer


def failed(port: int) -> MeasureError:
    with pytest.raises(MeasureError) as caught:
        transfer.measure(Course("127.0.0.1", port, boot_seconds() + 30, BYTES))
    return caught.value


def test_a_server_that_dies_amid_a_transfer_gives_no_figure_and_its_bytes_are_told() -> None:
    with (
        serving(endless) as port,
        way("127.0.0.1", port, cut_after_bytes=2_000_000) as there,
    ):
        found = failed(there.port)
    assert "the speed-test server" in str(found)
    assert found.bytes_used is not None
    assert 0 < found.bytes_used < BYTES


@pytest.mark.parametrize("fate", ["closed", "reset"])
def test_a_server_that_never_answers_gives_no_figure_and_uses_nothing(fate: Fate) -> None:
    with way("127.0.0.1", 9, fate=fate) as there:
        found = failed(there.port)
    assert "broke off" in str(found)
    assert found.bytes_used == 0


def test_a_server_that_refuses_is_told_by_its_answer() -> None:
    with serving(refusing) as port:
        found = failed(port)
    assert str(found) == "the speed-test server answered 403"
    assert found.bytes_used == 0


@pytest.mark.parametrize(
    "said",
    [
        b'{"bytes": 99999999999, "marks": [[1.0, 99999999999]]}',
        b'{"bytes": 0, "marks": []}',
        b'{"bytes": "many", "marks": []}',
        b'{"marks": []}',
        b"[1, 2]",
        b"no figures at all",
    ],
)
def test_a_server_that_lies_about_an_upload_gives_no_figure(said: bytes) -> None:
    course = Course("127.0.0.1", 0, boot_seconds() + 30, BYTES)
    with serving(lying(said)) as port, pytest.raises(MeasureError) as caught:
        transfer._way(course._replace(port=port), transfer._up, 1)
    assert "the speed-test server" in str(caught.value)
    assert caught.value.bytes_used
