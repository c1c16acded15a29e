"""What the PC is made of: firmware's word, processors, memory, disks, monitors and what is plugged in."""

from __future__ import annotations

from typing import Any

from agent.hardware import batteries, cpus, disks, graphics, identity, memory, monitors, tpm, usb
from agent.host import Host
from agent.host.reader import Reader
from agent.report import Reading
from agent.windows import hardware as windows


def probe(host: Host) -> Reading:
    """Every part on its own: one that cannot be read costs its own field."""
    reader = Reader(host)
    section = windows.hardware(reader) if host.system == "windows" else _linux(reader)
    known = {name: value for name, value in section.items() if value is not None and value != {}}
    return Reading(known, tuple(reader.gaps))


def _linux(reader: Reader) -> dict[str, Any]:
    firmware = identity.firmware(reader)
    return {
        **identity.parts(reader, firmware),
        "cpus": cpus.cpus(reader, firmware),
        "memory": memory.memory(reader, firmware),
        "disks": disks.disks(reader),
        "graphics": graphics.graphics(reader),
        "monitors": monitors.monitors(reader),
        "usb": usb.devices(reader),
        "printers": usb.printers(reader),
        "batteries": batteries.batteries(reader, firmware),
        "tpm": tpm.tpm(reader),
    }
