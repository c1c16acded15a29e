"""What people call a subject: its id together with the post, the line's or the set's name. Pure."""

from __future__ import annotations

from collector.inventory.model import Inventory


def label(inventory: Inventory, subject: str) -> str:
    """In words where the inventory has them; an id that was taken off the list stays as it is."""
    machine = inventory.machine(subject)
    if machine:
        return f"{subject} · {holder(inventory, subject)}" if machine.person else subject
    words = {one.id: one.post for one in inventory.people}
    words |= {one.id: one.name for one in inventory.lines}
    words |= {one.id: one.name for one in inventory.devices}
    words |= {one.id: one.name for one in inventory.backups}
    return words.get(subject, subject)


def holder(inventory: Inventory, asset: str) -> str | None:
    """The post of the official who works at that PC; None on a shared one."""
    machine = inventory.machine(asset)
    person = machine.person if machine else None
    return next((one.post for one in inventory.people if one.id == person), None)


def department(inventory: Inventory, asset: str) -> str | None:
    """The department that the PC, or else its official, belongs to."""
    machine = inventory.machine(asset)
    if not machine:
        return None
    people = {one.id: one.department for one in inventory.people}
    wanted = machine.department or people.get(machine.person or "")
    return next((one.name for one in inventory.departments if one.id == wanted), None)
