"""What the machines of the lab see: real looks from inside, by the agent's probe and the collector's."""

from __future__ import annotations

import fcntl
import json
import socket
import ssl
import struct
from typing import Any

import msgspec

from agent.host.live import Live
from agent.probes import line
from collector.inventory.model import Line
from collector.lines import look
from tests.lines_lab import GATEWAY, HOP, NAME, NAME_SERVER, NOW, SERVICE, TARGETS


class Inside:
    """This machine as a host, but for two things that no namespace of a network has for itself.

    These are the resolver's settings, and what sysfs tells of the cable.
    """

    def __init__(self, name_server: str) -> None:
        self._live = Live(NOW)
        self._name_server = name_server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)

    def read(self, path: str) -> bytes:
        if path == "/etc/resolv.conf":
            return f"nameserver {self._name_server}\n".encode()
        if path == "/sys/class/net/lan0/carrier":
            return b"1\n" if carrier() else b"0\n"
        return self._live.read(path)

    def names(self, path: str) -> tuple[str, ...]:
        if path == "/sys/class/net":
            return ("lan0",)
        if path == "/sys/class/net/lan0/device":
            return ()
        return self._live.names(path)


def carrier() -> bool:
    """Whether the cable of lan0 is in: IFF_RUNNING of SIOCGIFFLAGS (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        found = fcntl.ioctl(there.fileno(), 0x8913, struct.pack("16sh14x", b"lan0", 0))
    return bool(struct.unpack("16sh14x", found)[1] & 0x40)


PIN = {
    "gateway": GATEWAY,
    "hop": HOP,
    "targets": list(TARGETS),
    "services": [f"{SERVICE}:443"],
    "name": NAME,
}


def vote(name_server: str = NAME_SERVER) -> dict[str, Any]:
    """The section `line` as the agent's own probe reads it here."""
    pins = json.dumps({"version": 1, "lines": {"chinh": PIN}})
    reading = line.probe(Inside(name_server), {line.PINS: pins, line.CHOSEN: "chinh"})
    return {"section": reading.section, "gaps": [list(gap) for gap in reading.gaps]}


def declared() -> Any:
    """The line as an inventory has it."""
    return Line.model_validate(
        {
            "id": "chinh",
            "name": "Chính",
            "provider": "VNPT",
            "down_mbit_per_second": 100,
            "up_mbit_per_second": 100,
            "gateway": GATEWAY,
            "hop": HOP,
            "targets": list(TARGETS),
            "name_servers": [NAME_SERVER],
            "name_to_resolve": NAME,
            "services": [f"{SERVICE}:443"],
        }
    )


def collector_look(authority: str) -> Any:
    """One look of the collector from here, as JSON."""
    context = ssl.create_default_context(cafile=authority)
    reading = look(declared(), NOW, context=context)
    reading = msgspec.structs.replace(reading, link_up=carrier())
    return msgspec.to_builtins(reading)
