"""The registry of probes. A new one is a file here, a line below and a recording for its test.

Each is loaded when it is read: a child that reads one section pays for no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from agent.host import Host
from agent.report import Gap, Reading

Probe = Callable[[Host], Reading]
"""Reads one section through the host. It never raises: what failed is among the gaps."""


def _events(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    from agent.probes import events

    return events.probe(host, notes)


def _hardware(host: Host) -> Reading:
    from agent.probes import hardware

    return hardware.probe(host)


def _line(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    from agent.probes import line

    return line.probe(host, notes)


def _load(host: Host) -> Reading:
    from agent import load  # stands outside: the resident reads it, and none of the others

    return load.probe(host)


def _neighbours(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    from agent import neighbours

    return neighbours.probe(host, notes)


def _security(host: Host) -> Reading:
    from agent.probes import security

    return security.probe(host)


def _security_quick(host: Host) -> Reading:
    from agent.probes import security

    return security.probe_quick(host)


def _software(host: Host) -> Reading:
    from agent.probes import software

    return software.probe(host)


def _system(host: Host) -> Reading:
    from agent.probes import system

    return system.probe(host)


PROBES: Mapping[str, Probe] = {
    "events": _events,
    "hardware": _hardware,
    "line": _line,
    "load": _load,
    "neighbours": _neighbours,
    "security": _security,
    "security-quick": _security_quick,
    "software": _software,
    "system": _system,
}

NOTED: Mapping[str, Callable[[Host, Mapping[str, str] | None], Reading]] = {
    "events": _events,
    "line": _line,
    "neighbours": _neighbours,
}
"""Those that are told what the agent has noted: how far logs were read, which PCs are sought, which lines
are asked after."""

SYSTEMS = frozenset({"linux", "windows"})
"""What the probes can read: each asks the host for its system, and reads the one or the other."""


def read(name: str, host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    """One section of that machine; a system that this version does not read is one gap.

    `notes` tell how far logs were read before.
    """
    if host.system not in SYSTEMS:
        return Reading({}, (Gap(name, f"this version does not read {host.system}"),))
    noted = NOTED.get(name)
    return noted(host, notes) if noted else PROBES[name](host)


def readings(
    names: tuple[str, ...], host: Host, notes: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Reading]]:
    """Several sections of one machine, each as soon as it is read: one child does for all."""
    for name in names:
        yield name, read(name, host, notes)
