"""What can be asked over a network, each as steps that never wait: `agent.line.driving` turns them."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Generator
from ipaddress import ip_address
from typing import NamedTuple

from agent.line import names, packets

READ, WRITE = False, True
HEAD_BYTES = 4096
UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)})
REFUSED = frozenset({errno.ECONNREFUSED, getattr(errno, "WSAECONNREFUSED", 0)})
PLAIN_PORT = 80
WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ENETUNREACH: "network unreachable",
    errno.EHOSTUNREACH: "no route to host",
    errno.ECONNRESET: "connection reset",
    errno.ENETDOWN: "network is down",
    errno.EPERM: "not permitted",
    errno.EACCES: "not permitted",
}


class NoAnswerError(Exception):
    """The question failed; says why, in few words."""


class Waits(NamedTuple):
    """A socket, and whether to wait for room to write rather than for something to read."""

    there: socket.socket
    for_room: bool


Question = Generator[Waits, None, str]
"""Ends with what was learnt: an address, a status; empty where the answer itself is all."""


def connects(address: str, port: int, *, is_refusal_an_answer: bool = False) -> Question:
    """A TCP connection comes about. Of a router a refusal answers as well: it is there."""
    there = _socket(address, socket.SOCK_STREAM)
    with there:
        yield from _connected(there, address, port, is_refusal_an_answer=is_refusal_an_answer)
    return ""


def echoes(address: str, seq: int) -> Question:
    """An echo comes back (ping). Raises NoAnswerError at once where this system allows none."""
    version = ip_address(address).version
    family = socket.AF_INET6 if version == 6 else socket.AF_INET
    there, number = _echo_socket(family)
    with there:
        there.setblocking(False)
        own = number if number is not None else 0
        try:
            there.sendto(packets.echo(family, own, seq), (address, 0))
        except OSError as problem:
            raise NoAnswerError(words(problem)) from problem
        while True:
            yield Waits(there, READ)
            data, sender = _received(there)
            if sender == address and packets.is_reply(data, family, number, seq):
                return ""


def may_echo() -> bool:
    """Whether this process may ping at all."""
    try:
        _echo_socket(socket.AF_INET)[0].close()
    except NoAnswerError:
        return False
    return True


def resolves(server: str, port: int, name: str) -> Question:
    """A name server gives an address of that name: the first, IPv4."""
    asked = names.question(int.from_bytes(os.urandom(2), "big"), name)
    there = _socket(server, socket.SOCK_DGRAM)
    with there:
        _send(there, asked, (server, port))
        while True:
            yield Waits(there, READ)
            data, _ = _received(there)
            answer = names.answer(data, asked)
            if answer is None:
                continue  # a stranger's: the real one may still come
            if answer.refused:
                raise NoAnswerError(answer.refused)
            return answer.addresses[0]


def maps(server: str, port: int) -> Question:
    """A STUN server tells by which address it sees us."""
    transaction = os.urandom(12)
    there = _socket(server, socket.SOCK_DGRAM)
    with there:
        _send(there, packets.binding(transaction), (server, port))
        while True:
            yield Waits(there, READ)
            found = packets.mapped(_received(there)[0], transaction)
            if found:
                return found


def serves(address: str, port: int, host: str, context: ssl.SSLContext) -> Question:
    """A web service answers a HEAD of its root; the status below 500 is what was learnt."""
    there = _socket(address, socket.SOCK_STREAM)
    try:
        yield from _connected(there, address, port, is_refusal_an_answer=False)
        if port != PLAIN_PORT:
            there = context.wrap_socket(there, server_hostname=host, do_handshake_on_connect=False)
            yield from _shaken(there)
        request = f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii")
        yield Waits(there, WRITE)
        _sent(there, request)
        status = yield from _status(there)
    finally:
        there.close()
    if status >= 500:
        raise NoAnswerError(f"HTTP {status}")
    return str(status)


def words(problem: OSError) -> str:
    """Why a call failed, in few words without numbers."""
    return WORDS.get(problem.errno or 0) or (problem.strerror or str(problem)).lower()


def _socket(address: str, kind: socket.SocketKind) -> socket.socket:
    version = ip_address(address).version
    try:
        there = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, kind)
    except OSError as problem:
        raise NoAnswerError(words(problem)) from problem
    there.setblocking(False)
    return there


def _connected(
    there: socket.socket, address: str, port: int, *, is_refusal_an_answer: bool
) -> Generator[Waits, None, None]:
    code = there.connect_ex((address, port))
    if code in UNDER_WAY:
        yield Waits(there, WRITE)
        code = there.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code and not (is_refusal_an_answer and code in REFUSED):
        raise NoAnswerError(words(OSError(code, os.strerror(code))))


def _echo_socket(family: socket.AddressFamily) -> tuple[socket.socket, int | None]:
    """For one's own echoes (Linux's ping_group_range), else raw with a number of ours."""
    proto = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
    try:
        return socket.socket(family, socket.SOCK_DGRAM, proto), None
    except OSError:
        pass
    try:
        number = int.from_bytes(os.urandom(2), "big")
        return socket.socket(family, socket.SOCK_RAW, proto), number
    except OSError as problem:
        raise NoAnswerError(words(problem)) from problem


def _send(there: socket.socket, data: bytes, place: tuple[str, int]) -> None:
    try:
        # Connected, so that only this server's answers come in, and its refusal is told.
        there.connect(place)
        there.send(data)
    except OSError as problem:
        raise NoAnswerError(words(problem)) from problem


def _received(there: socket.socket) -> tuple[bytes, str]:
    try:
        data, place = there.recvfrom(names.LARGEST_BYTES)
    except BlockingIOError:
        return b"", ""
    except OSError as problem:
        raise NoAnswerError(words(problem)) from problem
    return data, str(place[0]) if place else ""


def _shaken(there: ssl.SSLSocket) -> Generator[Waits, None, None]:
    while True:
        try:
            there.do_handshake()
        except ssl.SSLWantReadError:
            yield Waits(there, READ)
        except ssl.SSLWantWriteError:
            yield Waits(there, WRITE)
        except ssl.SSLCertVerificationError as problem:
            raise NoAnswerError(f"its certificate is not valid: {problem.verify_message}") from None
        except ssl.SSLEOFError:
            raise NoAnswerError("the connection ended before the answer") from None
        except OSError as problem:
            raise NoAnswerError(f"TLS: {problem.strerror or problem}".lower()) from problem
        else:
            return


def _sent(there: socket.socket, request: bytes) -> None:
    try:
        there.send(request)  # a hundred bytes: they fit where anything does
    except OSError as problem:
        raise NoAnswerError(words(problem)) from problem


def _status(there: socket.socket) -> Generator[Waits, None, int]:
    head = b""
    while b"\r\n" not in head:
        yield Waits(there, READ)
        try:
            data = there.recv(HEAD_BYTES)
        except (ssl.SSLWantReadError, BlockingIOError):
            continue
        except OSError as problem:
            raise NoAnswerError(words(problem)) from problem
        head += data
        if not data or len(head) > HEAD_BYTES:
            raise NoAnswerError("the connection ended before the answer")
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        raise NoAnswerError("an answer that is no HTTP")
    return int(rest[:3])
