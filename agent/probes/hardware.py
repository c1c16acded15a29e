"""What the PC is made of: firmware's word, processors, memory, disks, monitors and what is plugged in."""

from __future__ import annotations

from agent.host import Host
from agent.host.reader import Reader
from agent.report import Reading


def probe(host: Host) -> Reading:
    """Every part on its own: one that cannot be read costs its own field."""
    reader = Reader(host)
    if host.system == "windows":
        from agent.windows.hardware import hardware
    else:
        from agent.hardware.linux import hardware
    section = hardware(reader)
    known = {name: value for name, value in section.items() if value is not None and value != {}}
    return Reading(known, tuple(reader.gaps))
