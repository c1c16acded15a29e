"""What a Linux PC is made of: the section `hardware`, every part on its own."""

from __future__ import annotations

from agent.hardware import (
    batteries,
    cpus,
    disks,
    identity,
    memory,
    monitors,
    pci,
    printers,
    scanners,
    slots,
    tpm,
    usb,
)
from agent.host.reader import Reader
from agent.lean import Any


def hardware(reader: Reader) -> dict[str, Any]:
    """The section; a part that cannot be read is left out, and a gap says why."""
    firmware = identity.firmware(reader)
    cards, devices = pci.cards(reader), usb.devices(reader)
    return {
        **identity.parts(reader, firmware),
        "cpus": cpus.cpus(reader, firmware),
        "memory": memory.memory(reader, firmware),
        "disks": disks.disks(reader),
        "graphics": pci.graphics(reader, cards),
        "sound": pci.sound(reader, cards),
        "controllers": pci.controllers(reader, cards),
        "slots": slots.slots(reader, firmware),
        "monitors": monitors.monitors(reader),
        "usb": devices,
        "printers": printers.printers(reader),
        "scanners": scanners.scanners(reader, devices),
        "batteries": batteries.batteries(reader, firmware),
        "tpm": tpm.tpm(reader),
    }
