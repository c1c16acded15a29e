"""The registry of probes. A new one is a file here, a line below and a recording for its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.host import Host
from agent.probes import hardware, load, security, system
from agent.report import Reading

Probe = Callable[[Host], Reading]
"""Reads one section through the host. It never raises: what failed is among the gaps."""

PROBES: Mapping[str, Probe] = {
    "hardware": hardware.probe,
    "load": load.probe,
    "security": security.probe,
    "system": system.probe,
}
