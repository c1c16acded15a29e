"""IP addresses by interface, as the kernel hands them out by rtnetlink(7): psutil costs a child 20 ms."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator

HEADER = struct.Struct("=IHHII")
"""nlmsghdr: length, kind, flags, sequence, sender (netlink(7))."""
ADDRESS = struct.Struct("=BBBBI")
"""ifaddrmsg: family, prefix length, flags, scope, number of the interface."""
ATTRIBUTE = struct.Struct("=HH")
REQUEST_DUMP = 0x301
ERROR, DONE, NEW_ADDRESS, ASK_ADDRESSES = 2, 3, 20, 22
IFA_ADDRESS, IFA_LOCAL = 1, 2
WAIT_SECONDS = 5
ANSWER_BYTES = 64 * 1024

Row = tuple[int, str]
"""Number of the interface, and one address of it."""


def rows(data: bytes) -> Iterator[Row | None]:
    """The addresses of one answer, and None where the whole ends. Raises `OSError` for an error."""
    for kind, body in _messages(data):
        if kind == DONE:
            yield None
        elif kind == ERROR:
            code = -int.from_bytes(body[:4], sys.byteorder, signed=True)
            raise OSError(code, os.strerror(code))
        elif kind == NEW_ADDRESS and len(body) >= ADDRESS.size:
            family, _, _, _, number = ADDRESS.unpack_from(body)
            told = dict(_attributes(body[ADDRESS.size :]))
            # At the end of a point-to-point line IFA_ADDRESS is the other side's.
            raw = told.get(IFA_LOCAL) or told.get(IFA_ADDRESS) or b""
            if (family, len(raw)) in {(socket.AF_INET, 4), (socket.AF_INET6, 16)}:
                yield number, socket.inet_ntop(family, raw)


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
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as asked:
            asked.settimeout(WAIT_SECONDS)
            size = HEADER.size + ADDRESS.size
            head = HEADER.pack(size, ASK_ADDRESSES, REQUEST_DUMP, 1, 0)
            asked.sendto(head + ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0), (0, 0))
            while True:
                for row in rows(asked.recv(ANSWER_BYTES)):
                    if row is None:
                        return found
                    name = names.get(row[0])
                    if name:  # one that came since has no name yet
                        found[name] = (*found[name], row[1])
