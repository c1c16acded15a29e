"""Interfaces with their counters and speed (IF-MIB, RFC 2863)."""

from __future__ import annotations

from collections.abc import Sequence

from collector.devices.reading import Interface
from collector.devices.walk import Value, Walk, column, mac, text, whole

OLD = "1.3.6.1.2.1.2.2.1."
NEW = "1.3.6.1.2.1.31.1.1.1."
NAMES, TYPES, SPEEDS, MACS, ENABLED, STATES = (f"{OLD}{number}" for number in (2, 3, 5, 6, 7, 8))
IN_BYTES, IN_ERRORS, OUT_BYTES, OUT_ERRORS = (f"{OLD}{number}" for number in (10, 14, 16, 20))
SHORT_NAMES, IN_BYTES_64, OUT_BYTES_64, SPEEDS_MBIT, ALIASES = (
    f"{NEW}{number}" for number in (1, 6, 10, 15, 18)
)
TABLES = (
    (NAMES, TYPES, SPEEDS, MACS, ENABLED, STATES, IN_BYTES, IN_ERRORS, OUT_BYTES, OUT_ERRORS),
    (SHORT_NAMES, IN_BYTES_64, OUT_BYTES_64, SPEEDS_MBIT, ALIASES),
)
ETHERNET = 6
WIRED = {ETHERNET, 7, 62, 69, 117}
"""ifTypes of sockets that a cable goes into: ethernetCsmacd and its older names."""
MOST = 2**32 - 1
"""ifSpeed of a port that is faster than 32 bits can say: ifHighSpeed tells."""
FASTEST_BITS_PER_SECOND = 1_000_000_000_000  # nothing in an office passes a terabit a second
INTERFACES_LIMIT = 512


def interfaces(walk: Walk) -> tuple[Interface, ...]:
    """Every interface, in the device's own order."""
    known = {index for oid in (NAMES, SHORT_NAMES, STATES) for index, _ in column(walk, oid)}
    ordered = sorted((one for one in known if one.isdigit()), key=int)
    return tuple(_interface(walk, index) for index in ordered[:INTERFACES_LIMIT])


def _interface(walk: Walk, index: str) -> Interface:
    def at(oid: str) -> Value | None:
        return walk.get(f"{oid}.{index}")

    short, long = text(at(SHORT_NAMES)), text(at(NAMES))
    state, enabled = whole(at(STATES)), whole(at(ENABLED))
    return Interface(
        name=short or long or f"#{index}",
        index=int(index),
        mac=mac(at(MACS)),
        speed_bits_per_second=_speed(whole(at(SPEEDS)), whole(at(SPEEDS_MBIT))),
        # 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 not there, 7 lower layer down.
        up=None if state is None or state == 4 else state == 1,
        enabled=None if enabled is None else enabled == 1,
        kind=whole(at(TYPES)),
        alias=text(at(ALIASES)),
        in_bytes_total=_counter(at(IN_BYTES_64), at(IN_BYTES)),
        out_bytes_total=_counter(at(OUT_BYTES_64), at(OUT_BYTES)),
        in_errors_total=_counter(at(IN_ERRORS)),
        out_errors_total=_counter(at(OUT_ERRORS)),
    )


def _speed(bits: int | None, mbits: int | None) -> int | None:
    """None for a port without a link and for nonsense; both objects then say 0 or less."""
    if mbits and mbits > 0 and (bits is None or bits >= MOST or bits <= 0):
        bits = mbits * 1_000_000
    return bits if bits and 0 < bits <= FASTEST_BITS_PER_SECOND else None


def _counter(*told: Value | None) -> int | None:
    """The first that is there: the 64-bit counter, else the 32-bit one."""
    for value in told:
        amount = whole(value)
        if amount is not None and amount >= 0:
            return amount
    return None


def sockets(known: Sequence[Interface]) -> tuple[Interface, ...]:
    """Those that a cable goes into."""
    return tuple(one for one in known if one.kind in WIRED)
