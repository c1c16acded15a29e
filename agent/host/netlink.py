"""Addresses and neighbours, as the kernel hands them out by rtnetlink(7): psutil costs a child 20 ms."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator

from agent.host import Neighbour

HEADER = struct.Struct("=IHHII")
"""nlmsghdr: length, kind, flags, sequence, sender (netlink(7))."""
ADDRESS = struct.Struct("=BBBBI")
"""ifaddrmsg: family, prefix length, flags, scope, number of the interface."""
ATTRIBUTE = struct.Struct("=HH")
REQUEST_DUMP = 0x301
ERROR, DONE, NEW_ADDRESS, ASK_ADDRESSES = 2, 3, 20, 22
NEW_NEIGHBOUR, ASK_NEIGHBOURS = 28, 30
NEIGHBOUR = struct.Struct("=BxxxiHBB")
"""ndmsg: family, number of the interface, state, flags, kind."""
NDA_LLADDR, NDA_CACHEINFO = 2, 3
CONFIRMED = struct.Struct("=I")
"""The first field of nda_cacheinfo: ticks since the neighbour last answered (linux/neighbour.h)."""
STATES = {0x02: "reachable", 0x04: "stale", 0x08: "stale", 0x10: "stale"}
"""NUD_REACHABLE; NUD_STALE, NUD_DELAY, NUD_PROBE. All others say nothing of a neighbour that is
there: never found, given up, or entered by hand."""
IFA_ADDRESS, IFA_LOCAL = 1, 2
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
"""linux/netlink.h, linux/sock_diag.h."""
SOCKETS = struct.Struct("=BBBxI48x")
"""inet_diag_req_v2: family, protocol, what more is told, states as bits, and no one socket
(sock_diag(7))."""
LISTENING = 1 << 10
"""TCP_LISTEN of the kernel's tcp_states.h, as a bit."""
PLACE = slice(4, 24)
"""In inet_diag_msg: the socket's own port, the other's, and the own address."""
LOOPBACK, LOOPBACK_6 = 127, bytes(15) + b"\1"
MAPPED_LOOPBACK = bytes(10) + b"\xff\xff\x7f"
"""127.0.0.0/8, ::1, and the first within IPv6 (RFC 4291, 2.5.5.2)."""
WAIT_SECONDS = 5
ANSWER_BYTES = 64 * 1024

Row = tuple[int, str]
"""Number of the interface, and one address of it."""


def rows(data: bytes) -> Iterator[Row | None]:
    """The addresses of one answer, and None where the whole ends. Raises `OSError` for an error."""
    for kind, body in _checked(data):
        if kind == DONE:
            yield None
        elif kind == NEW_ADDRESS and len(body) >= ADDRESS.size:
            family, _, _, _, number = ADDRESS.unpack_from(body)
            told = dict(_attributes(body[ADDRESS.size :]))
            # At the end of a point-to-point line IFA_ADDRESS is the other side's.
            raw = told.get(IFA_LOCAL) or told.get(IFA_ADDRESS) or b""
            if (family, len(raw)) in {(socket.AF_INET, 4), (socket.AF_INET6, 16)}:
                yield number, socket.inet_ntop(family, raw)


def neighbour_rows(data: bytes, ticks: int) -> Iterator[Neighbour | None]:
    """The neighbours of one answer that were ever there, and None where the whole ends.

    `ticks` a second are what the kernel counts in towards programs (SC_CLK_TCK, sysconf(3)).
    """
    for kind, body in _checked(data):
        if kind == DONE:
            yield None
        elif kind == NEW_NEIGHBOUR and len(body) >= NEIGHBOUR.size:
            _, _, state, _, _ = NEIGHBOUR.unpack_from(body)
            told = dict(_attributes(body[NEIGHBOUR.size :]))
            mac, cache = told.get(NDA_LLADDR, b""), told.get(NDA_CACHEINFO, b"")
            if state in STATES and len(mac) == 6:
                age = CONFIRMED.unpack_from(cache)[0] / ticks if len(cache) >= 4 else None
                yield Neighbour(mac.hex(":"), STATES[state], age)


def _checked(data: bytes) -> Iterator[tuple[int, bytes]]:
    for kind, body in _messages(data):
        if kind == ERROR:
            code = -int.from_bytes(body[:4], sys.byteorder, signed=True)
            raise OSError(code, os.strerror(code))
        yield kind, body


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + HEADER.size <= len(data):
        length, kind, _, _, _ = HEADER.unpack_from(data, place)
        if length < HEADER.size:
            return
        yield kind, data[place + HEADER.size : place + length]
        place += length + 3 & ~3


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + ATTRIBUTE.size <= len(data):
        length, kind = ATTRIBUTE.unpack_from(data, place)
        if length < ATTRIBUTE.size:
            return
        yield kind, data[place + ATTRIBUTE.size : place + length]
        place += length + 3 & ~3


if sys.platform == "linux":

    def addresses() -> dict[str, tuple[str, ...]]:
        """All addresses, of IPv4 first; raises `OSError`."""
        names = dict(socket.if_nameindex())
        found: dict[str, tuple[str, ...]] = dict.fromkeys(names.values(), ())
        for answer in _answers(ASK_ADDRESSES, ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0)):
            for row in rows(answer):
                if row is None:
                    return found
                name = names.get(row[0])
                if name:  # one that came since has no name yet
                    found[name] = (*found[name], row[1])
        return found

    def neighbours() -> tuple[Neighbour, ...]:
        """The tables of ARP and NDP; raises `OSError`."""
        found: list[Neighbour] = []
        ticks = os.sysconf("SC_CLK_TCK")
        question = NEIGHBOUR.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        for answer in _answers(ASK_NEIGHBOURS, question):
            for row in neighbour_rows(answer, ticks):
                if row is None:
                    return tuple(found)
                found.append(row)
        return tuple(found)

    def listening(family: int) -> tuple[bytes, ...]:
        """Port and address of each TCP socket that others can reach, sorted; raises `OSError`.

        /proc/net/tcp tells the same for 3 ms: it walks a table sized for all connections.
        """
        found: list[bytes] = []
        question = SOCKETS.pack(family, socket.IPPROTO_TCP, 0, LISTENING)
        for answer in _answers(SOCK_DIAG_BY_FAMILY, question, NETLINK_SOCK_DIAG):
            for kind, body in _checked(answer):
                if kind == DONE:
                    return tuple(sorted(found))
                if not _is_own(family, body[PLACE][4:]):
                    found.append(body[PLACE])
        return tuple(sorted(found))

    def _is_own(family: int, address: bytes) -> bool:
        """Whether programs of this PC alone reach it: many open such a port for a moment."""
        if family == socket.AF_INET:
            return address[0] == LOOPBACK
        return address == LOOPBACK_6 or address[:13] == MAPPED_LOOPBACK

    def _answers(
        kind: int, question: bytes, protocol: int = socket.NETLINK_ROUTE
    ) -> Iterator[bytes]:
        """Pieces of a dump, for as long as they are taken."""
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as asked:
            asked.settimeout(WAIT_SECONDS)
            head = HEADER.pack(HEADER.size + len(question), kind, REQUEST_DUMP, 1, 0)
            asked.sendto(head + question, (0, 0))
            while True:
                yield asked.recv(ANSWER_BYTES)
