"""What happened on a PC, in one form for all systems; the same again is counted, not repeated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network

from agent.lean import Any, NamedTuple
from agent.parse.firmware import told

INSIDE = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
"""Addresses of an office's own network (RFC 1918, 3927, 4193, 4291)."""


class Happening(NamedTuple):
    """One entry of a log that is worth a line. It names nobody."""

    at: datetime
    kind: str
    channel: str
    event_id: int | None = None
    record_id: int | None = None
    account_sid: str | None = None
    uid_class: str | None = None
    """`root`, `system`, `person` or `unknown`: what a number says without naming anyone."""
    origin: str | None = None
    """`local`, `internal` or `external`: from where a logon was tried."""


def section(found: Iterable[Happening]) -> list[dict[str, Any]]:
    """As it is reported: each kind by account and origin once, from its first time on."""
    first: dict[tuple[Any, ...], Happening] = {}
    counts: dict[tuple[Any, ...], int] = {}
    for one in sorted(found, key=lambda one: one.at):
        same = (one.kind, one.channel, one.event_id, one.account_sid, one.uid_class, one.origin)
        first.setdefault(same, one)
        counts[same] = counts.get(same, 0) + 1
    return [_row(one, counts[same]) for same, one in first.items()]


def _row(one: Happening, count: int) -> dict[str, Any]:
    return told(
        at=one.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        kind=one.kind,
        channel=one.channel,
        event_id=one.event_id,
        record_id=one.record_id,
        account_sid=one.account_sid,
        uid_class=one.uid_class,
        origin=one.origin,
        count=count,
    )


def origin(address: str) -> str:
    """From where: never the address itself."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "local"  # Windows writes `-` for the keyboard of the PC itself
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_loopback or found.is_unspecified:
        return "local"
    return "internal" if any(found in network for network in INSIDE) else "external"
