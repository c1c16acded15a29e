"""What a Windows PC is made of: the section `hardware`, every part on its own."""

from __future__ import annotations

from agent.host.reader import Reader
from agent.lean import Any
from agent.windows import (
    batteries,
    cards,
    cpus,
    disks,
    graphics,
    identity,
    memory,
    monitors,
    printers,
    tpm,
    usb,
)
from agent.windows.classes import plugged


def hardware(reader: Reader) -> dict[str, Any]:
    """The section; a part that cannot be read is left out, and a gap says why."""
    present = plugged(reader, "usb")
    return {
        **identity.parts(reader),
        "cpus": cpus.cpus(reader),
        "memory": memory.memory(reader),
        "disks": disks.disks(reader),
        "graphics": graphics.graphics(reader),
        "sound": cards.sound(reader),
        "controllers": cards.controllers(reader, present),
        "slots": cards.slots(reader),
        "monitors": monitors.monitors(reader, present),
        "usb": usb.devices(reader, present),
        "printers": printers.printers(reader),
        "scanners": usb.scanners(reader, present),
        "batteries": batteries.batteries(reader),
        "tpm": tpm.tpm(reader),
    }
