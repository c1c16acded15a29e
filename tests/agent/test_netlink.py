from __future__ import annotations

import socket
import struct
from contextlib import suppress

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent.host.live import Live
from agent.host.netlink import DONE, ERROR, NEW_ADDRESS, rows
from tests.agent.machines import NOON


def message(kind: int, body: bytes) -> bytes:
    size = 16 + len(body)
    return struct.pack("=IHHII", size, kind, 2, 1, 0) + body + bytes(-size % 4)


def address(family: int, number: int, *attributes: tuple[int, bytes]) -> bytes:
    body = struct.pack("=BBBBI", family, 24, 0, 0, number)
    for kind, raw in attributes:
        size = 4 + len(raw)
        body += struct.pack("=HH", size, kind) + raw + bytes(-size % 4)
    return message(NEW_ADDRESS, body)


def test_the_kernel_tells_the_same_addresses_as_psutil() -> None:
    families = {socket.AF_INET, socket.AF_INET6}
    expected = {
        name: {row.address.partition("%")[0] for row in found if row.family in families}
        for name, found in psutil.net_if_addrs().items()
    }
    assert {name: set(found) for name, found in Live(NOON).addresses().items()} == expected


def test_of_a_point_to_point_line_our_own_end_is_told() -> None:
    theirs, ours = socket.inet_aton("10.0.0.1"), socket.inet_aton("10.0.0.2")
    answer = address(socket.AF_INET, 7, (1, theirs), (3, b"ppp0\0"), (2, ours))
    assert list(rows(answer + message(DONE, bytes(4)))) == [(7, "10.0.0.2"), None]


def test_an_address_of_ipv6_and_one_of_no_known_family() -> None:
    lan = socket.inet_pton(socket.AF_INET6, "fd00::2")
    answer = address(socket.AF_INET6, 2, (1, lan)) + address(99, 3, (1, lan))
    assert list(rows(answer)) == [(2, "fd00::2")]


def test_an_error_of_the_kernel_is_raised_with_its_number() -> None:
    with pytest.raises(OSError, match="not permitted") as told:
        list(rows(message(ERROR, struct.pack("=i", -1))))
    assert told.value.errno == 1


@given(some.binary(max_size=400))
def test_any_bytes_end_the_walk(data: bytes) -> None:
    with suppress(OSError):  # what it is to raise where the bytes say so
        assert all(row is None or isinstance(row[1], str) for row in rows(data))
