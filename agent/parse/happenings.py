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


MOST_NAMED = 500
"""Rows with a service's name in one reading. Whoever installs thousands must not push what else
happened out of the report: the rest is told as one row."""


class Service(NamedTuple):
    """A service that was installed, as the autoruns tell one; None: not known."""

    name: str | None = None
    program: str | None = None
    place: str | None = None


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
    service: Service | None = None


def section(found: Iterable[Happening]) -> list[dict[str, Any]]:
    """As it is reported: each kind by account, origin and service once, from its first time on."""
    first: dict[tuple[Any, ...], Happening] = {}
    counts: dict[tuple[Any, ...], int] = {}
    for whole in sorted(found, key=lambda one: one.at):
        is_more = len(first) >= MOST_NAMED and _same(whole) not in first
        one = whole._replace(service=None) if is_more else whole
        same = _same(one)
        first.setdefault(same, one)
        counts[same] = counts.get(same, 0) + 1
    return [_row(one, counts[same]) for same, one in first.items()]


def _same(one: Happening) -> tuple[Any, ...]:
    who = (one.account_sid, one.uid_class, one.origin)
    return (one.kind, one.channel, one.event_id, *who, one.service)


def _row(one: Happening, count: int) -> dict[str, Any]:
    service = one.service or Service()
    return told(
        at=one.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        kind=one.kind,
        channel=one.channel,
        event_id=one.event_id,
        record_id=one.record_id,
        account_sid=one.account_sid,
        uid_class=one.uid_class,
        origin=one.origin,
        name=service.name,
        program=service.program,
        place=service.place,
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
