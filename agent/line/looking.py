"""One look at a line: gateway, provider's hop, targets, name servers and web services, all at once."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from itertools import pairwise
from typing import NamedTuple

from agent.line.driving import Asked, Outcome, drive
from agent.line.questions import connects, echoes, maps, may_echo, resolves, serves

DEADLINE_SECONDS = 3.0
"""A line that needs longer is not working for the people on it."""
NAME_SECONDS = 2.0
RESENT_SECONDS = 1.0
"""The first SYN is repeated after a second (RFC 6298, 2.1): a connection that took as long has
lost its first packet, or the answer to it."""
SPACING_SECONDS = 0.2
ROUTER_PORTS = (80, 443, 53)
"""Where this process may not ping: a router that refuses there is there all the same."""
NOT_FOUND = "the name was not found"
DNS_PORT = 53


class Wanted(NamedTuple):
    """What is looked at. Addresses are IP addresses, targets and services `host:port`."""

    gateway: str | None = None
    hops: tuple[str, ...] = ()
    """The first routers of the providers."""
    targets: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    """Addresses, or `address:port` where it is not port 53."""
    name: str | None = None
    """What the name servers are asked for."""
    services: tuple[str, ...] = ()
    stun: str | None = None
    samples: int = 5


class Heard(NamedTuple):
    """One address asked several times. None seconds: it never answered, and `error` says why."""

    target: str
    latency_seconds: float | None = None
    jitter_seconds: float | None = None
    loss_ratio: float = 1.0
    asked: int = 1
    error: str | None = None
    learnt: str = ""


class Seen(NamedTuple):
    """What one look found."""

    gateway: Heard | None = None
    hops: tuple[Heard, ...] = ()
    targets: tuple[Heard, ...] = ()
    name_servers: tuple[Heard, ...] = ()
    services: tuple[Heard, ...] = ()
    public_address: str | None = None
    stun: Heard | None = None


def look(wanted: Wanted, context: ssl.SSLContext) -> Seen:
    """In about six seconds at most, whatever the network does; in a tenth of one where all is well."""
    servers = wanted.name_servers if wanted.name else ()
    hosts = _hosts(wanted)
    # Twice, as every resolver does: one packet may get lost.
    turns = (0.0, SPACING_SECONDS)
    asked = [
        Asked(f"dns {server}", resolves(*_place(server, DNS_PORT), wanted.name or ""), turn)
        for server in servers
        for turn in turns
    ]
    asked += [
        Asked(f"name {host}", resolves(*_place(server, DNS_PORT), host), turn)
        for server in wanted.name_servers
        for host in hosts
        for turn in turns
    ]
    first = drive(asked, NAME_SECONDS)
    found = _found(hosts, first)
    outcomes = drive(_questions(wanted, found, context), DEADLINE_SECONDS)
    heard = _Heard(outcomes)
    lost = [one for one in first if one.key.startswith("dns ")]
    stun = heard.of("stun", wanted.stun) if wanted.stun else None
    return Seen(
        heard.of("gateway", wanted.gateway) if wanted.gateway else None,
        tuple(heard.of(f"hop {one}", one) for one in wanted.hops),
        tuple(heard.of(f"target {one}", one) for one in wanted.targets),
        tuple(_Heard(lost).of(f"dns {one}", one) for one in servers),
        tuple(heard.of(f"service {one}", one) for one in wanted.services),
        stun.learnt or None if stun else None,
        stun,
    )


def split(target: str) -> tuple[str, int]:
    """`host:port` in two."""
    host, _, port = target.rpartition(":")
    return host.strip("[]"), int(port)


def is_address(host: str) -> bool:
    """Whether it is an IP address, so that no name server is needed."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _place(server: str, port: int) -> tuple[str, int]:
    return (server, port) if is_address(server) else split(server)


def _hosts(wanted: Wanted) -> tuple[str, ...]:
    told = (*wanted.targets, *wanted.services, *([wanted.stun] if wanted.stun else []))
    return tuple(dict.fromkeys(host for one in told if not is_address(host := split(one)[0])))


def _found(hosts: Iterable[str], outcomes: Sequence[Outcome]) -> Mapping[str, str]:
    """Host to address, by whichever name server answered first."""
    found: dict[str, str] = {}
    for one in outcomes:
        if one.key.startswith("name ") and one.error is None:
            found.setdefault(one.key.rpartition(" ")[2], one.learnt)
    return {host: found[host] for host in hosts if host in found}


def _questions(
    wanted: Wanted, found: Mapping[str, str], context: ssl.SSLContext
) -> Iterable[Asked]:
    pings = may_echo()
    times = [turn * SPACING_SECONDS for turn in range(wanted.samples)]
    routers = [("gateway", wanted.gateway)] if wanted.gateway else []
    routers += [(f"hop {one}", one) for one in wanted.hops]
    for name, router in routers:
        for seq, after in enumerate(times):
            if pings:
                yield Asked(name, echoes(router, seq), after)
            else:
                port = ROUTER_PORTS[seq % len(ROUTER_PORTS)]
                yield Asked(name, connects(router, port, is_refusal_an_answer=True), after)
    for target in wanted.targets:
        host, port = split(target)
        address = _known(host, found)
        if address:
            yield from (Asked(f"target {target}", connects(address, port), at) for at in times)
    for service in wanted.services:
        host, port = split(service)
        address = _known(host, found)
        if address:
            yield Asked(f"service {service}", serves(address, port, host, context))
    if wanted.stun:
        host, port = split(wanted.stun)
        address = _known(host, found)
        if address:
            yield Asked("stun", maps(address, port))


def _known(host: str, found: Mapping[str, str]) -> str | None:
    return host if is_address(host) else found.get(host)


class _Heard:
    """Outcomes by what was asked."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self._by: dict[str, list[Outcome]] = {}
        for one in outcomes:
            self._by.setdefault(one.key, []).append(one)

    def of(self, key: str, target: str) -> Heard:
        mine = self._by.get(key)
        if not mine:
            return Heard(target, error=NOT_FOUND)
        times = [one.seconds for one in mine if one.seconds is not None]
        if not times:
            return Heard(target, asked=len(mine), error=mine[-1].error)
        lost = len(mine) - sum(one < RESENT_SECONDS for one in times)
        steps = [abs(one - other) for one, other in pairwise(times)]
        learnt = next(one.learnt for one in mine if one.seconds is not None)
        return Heard(
            target,
            min(times),
            sum(steps) / len(steps) if steps else None,
            lost / len(mine),
            len(mine),
            learnt=learnt,
        )
