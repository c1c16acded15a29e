"""The registry of probes. A new one is a file here, a line below and a recording for its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent import load  # stands outside: the resident reads it, and none of the others
from agent.host import Host
from agent.probes import events, hardware, security, software, system
from agent.report import Gap, Reading

Probe = Callable[[Host], Reading]
"""Reads one section through the host. It never raises: what failed is among the gaps."""

PROBES: Mapping[str, Probe] = {
    "events": events.probe,
    "hardware": hardware.probe,
    "load": load.probe,
    "security": security.probe,
    "security-quick": security.probe_quick,
    "software": software.probe,
    "system": system.probe,
}

SYSTEMS = frozenset({"linux", "windows"})
"""What the probes can read: each asks the host for its system, and reads the one or the other."""


def read(name: str, host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    """One section of that machine; a system that this version does not read is one gap.

    `notes` tell how far logs were read before.
    """
    if host.system not in SYSTEMS:
        return Reading({}, (Gap(name, f"this version does not read {host.system}"),))
    return events.probe(host, notes) if name == "events" else PROBES[name](host)
