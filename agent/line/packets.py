"""The bytes of an echo (RFC 792, RFC 4443) and of a question for one's outside address (RFC 8489)."""

from __future__ import annotations

import socket
import struct
from ipaddress import ip_address

ECHO, ECHO_REPLY = 8, 0
ECHO_6, ECHO_REPLY_6 = 128, 129
PAYLOAD = bytes(range(32))
BINDING, BOUND = 0x0001, 0x0101
COOKIE = 0x2112A442
XOR_MAPPED = 0x0020
HEAD_BYTES = 20


def echo(family: int, number: int, seq: int) -> bytes:
    """An echo request; over IPv6 the kernel fills in the sum itself."""
    kind = ECHO_6 if family == socket.AF_INET6 else ECHO
    bare = struct.pack(">BBHHH", kind, 0, 0, number, seq) + PAYLOAD
    return bare[:2] + struct.pack(">H", checksum(bare)) + bare[4:]


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def is_reply(data: bytes, family: int, number: int | None, seq: int) -> bool:
    """Whether this is the reply to that echo. `number` is None where the kernel looks after it.

    A raw socket of IPv4 hands over the IP header too.
    """
    if family == socket.AF_INET and data[:1] and data[0] >> 4 == 4:
        data = data[(data[0] & 0xF) * 4 :]
    if len(data) < 8:
        return False
    kind, _, _, told, told_seq = struct.unpack(">BBHHH", data[:8])
    wanted = ECHO_REPLY_6 if family == socket.AF_INET6 else ECHO_REPLY
    return kind == wanted and told_seq == seq and (number is None or told == number)


def binding(transaction: bytes) -> bytes:
    """A STUN binding request with that transaction (12 bytes)."""
    return struct.pack(">HHI", BINDING, 0, COOKIE) + transaction


def mapped(data: bytes, transaction: bytes) -> str | None:
    """The outside address that a STUN server saw, None where this is no answer of one."""
    if len(data) < HEAD_BYTES or data[8:HEAD_BYTES] != transaction:
        return None
    kind, length, cookie = struct.unpack(">HHI", data[:8])
    if kind != BOUND or cookie != COOKIE or len(data) < HEAD_BYTES + length:
        return None
    place, end = HEAD_BYTES, HEAD_BYTES + length
    while place + 4 <= end:
        name, size = struct.unpack(">HH", data[place : place + 4])
        if name == XOR_MAPPED:
            return _address(data[place + 4 : min(place + 4 + size, end)], transaction)
        place += 4 + size + -size % 4
    return None


def _address(value: bytes, transaction: bytes) -> str | None:
    mask = struct.pack(">I", COOKIE) + transaction
    size = {1: 4, 2: 16}.get(value[1] if len(value) > 1 else 0, 0)
    if not size or len(value) != 4 + size:
        return None
    plain = bytes(one ^ other for one, other in zip(value[4:], mask, strict=False))
    return str(ip_address(plain))
