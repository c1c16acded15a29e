"""What people call a subject: its id together with the post, the line's or the set's name. Pure."""

from __future__ import annotations

from collector.inventory.model import Inventory


def label(inventory: Inventory, subject: str) -> str:
    """In words where the inventory has them; an id that was taken off the list stays as it is."""
    machine = inventory.machine(subject)
    if machine:
        return f"{subject} · {holder(inventory, subject)}" if machine.person else subject
    person = inventory.people_by_id.get(subject)
    if person:
        return person.post
    words = {one.id: one.name for one in inventory.lines}
    words |= {one.id: one.name for one in inventory.devices}
    words |= {one.id: one.name for one in inventory.backups}
    return words.get(subject, subject)


def holder(inventory: Inventory, asset: str) -> str | None:
    """The post of the official who works at that PC; None on a shared one."""
    machine = inventory.machine(asset)
    person = inventory.people_by_id.get(machine.person or "") if machine else None
    return person.post if person else None


def department(inventory: Inventory, asset: str) -> str | None:
    """The department that the PC, or else its official, belongs to."""
    machine = inventory.machine(asset)
    if not machine:
        return None
    person = inventory.people_by_id.get(machine.person or "")
    wanted = machine.department or (person.department if person else None)
    return next((one.name for one in inventory.departments if one.id == wanted), None)
