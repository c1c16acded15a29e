"""One look at a line from the collector: targets, gateway, provider's hop, names and services."""

from __future__ import annotations

import ssl
from datetime import datetime
from functools import cache
from pathlib import Path

from agent.line import looking
from agent.line.looking import Heard, Wanted, is_address
from agent.parse import network
from collector.inventory.model import Line
from collector.line_readings import LineReading, Target

RESOLVER = Path("/etc/resolv.conf")
ROUTES = Path("/proc/net/route")
INTERFACES = Path("/sys/class/net")


def look(
    line: Line,
    now: datetime,
    name_servers: tuple[str, ...] | None = None,
    context: ssl.SSLContext | None = None,
) -> LineReading:
    """One look, in about six seconds at most; in one where all is well.

    `name_servers` and `context` are this machine's own where none are given.
    """
    servers = line.name_servers or (own_name_servers() if name_servers is None else name_servers)
    seen = looking.look(
        Wanted(
            gateway=line.gateway if line.gateway and is_address(line.gateway) else None,
            hops=(line.hop,) if line.hop and is_address(line.hop) else (),
            targets=line.targets,
            name_servers=servers,
            name=line.name_to_resolve if servers else None,
            services=line.services,
            stun=line.stun,
        ),
        context or _context(),
    )
    targets = tuple(map(_target, seen.targets))
    return LineReading(
        line=line.id,
        at=now,
        up=is_up(targets),
        targets=targets,
        gateway=_target(seen.gateway) if seen.gateway else None,
        hop=next(map(_target, seen.hops), None),
        name_servers=tuple(map(_target, seen.name_servers)),
        services=tuple(map(_target, seen.services)),
        link_up=own_link(),
        public_address=seen.public_address,
    )


def is_up(targets: tuple[Target, ...]) -> bool:
    """What the targets' answers say: the line is up while one of them answers."""
    return any(target.latency_seconds is not None for target in targets)


def own_name_servers(resolver: Path = RESOLVER) -> tuple[str, ...]:
    """Those of this machine; none where its settings cannot be read."""
    try:
        return tuple(network.name_servers(resolver.read_text("utf-8", "replace")))
    except OSError:
        return ()


def own_link(routes: Path = ROUTES, interfaces: Path = INTERFACES) -> bool | None:
    """Whether the cable towards this machine's gateway is in; None where nothing tells."""
    try:
        name = network.outward(routes.read_text())
        return None if name is None else (interfaces / name / "carrier").read_text().strip() == "1"
    except OSError:
        return None


def _target(heard: Heard) -> Target:
    return Target(
        heard.target,
        heard.latency_seconds,
        heard.error,
        heard.jitter_seconds,
        heard.loss_ratio,
        heard.asked,
    )


@cache
def _context() -> ssl.SSLContext:
    """By the system's own authorities: the officials' browsers would refuse what this refuses."""
    return ssl.create_default_context()
