"""The registry of probes. A new one is a file here, a line below and a recording for its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent import load  # stands outside: the resident reads it, and none of the others
from agent.host import Host
from agent.probes import hardware, security, software, system
from agent.report import Gap, Reading

Probe = Callable[[Host], Reading]
"""Reads one section through the host. It never raises: what failed is among the gaps."""

PROBES: Mapping[str, Probe] = {
    "hardware": hardware.probe,
    "load": load.probe,
    "security": security.probe,
    "security-quick": security.probe_quick,
    "software": software.probe,
    "system": system.probe,
}

SYSTEMS: Mapping[str, frozenset[str]] = {
    "linux": frozenset(PROBES),
    "windows": frozenset({"hardware", "security", "security-quick", "software", "system"}),
}
"""What each probe can read; it asks the host for its system, and reads the one or the other."""


def read(name: str, host: Host) -> Reading:
    """One section of that machine; a system that this version does not read is one gap."""
    if name not in SYSTEMS.get(host.system, ()):
        return Reading({}, (Gap(name, f"this version does not read {host.system}"),))
    return PROBES[name](host)
