"""Officials beside what they work with: who is equipped, by which PC, and what is in the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from alerts.targets import Target
from collector.inventory.model import Inventory
from collector.readings import Verdict
from console.machines import MachineRow


class OfficialRow(Struct, frozen=True):
    """One declared official. `verdict` is None for a post that item 23 does not count."""

    id: str
    post: str
    name: str | None
    department: str
    specialist: bool
    verdict: Verdict | None
    machines: tuple[MachineRow, ...]


def rows(
    inventory: Inventory, targets: Sequence[Target], machines: Sequence[MachineRow]
) -> tuple[OfficialRow, ...]:
    """In the inventory's order."""
    by_person: dict[str, list[MachineRow]] = {}
    found = {one.asset: one for one in machines}
    for declared in inventory.machines:
        if declared.person and declared.id in found:
            by_person.setdefault(declared.person, []).append(found[declared.id])
    judged = _judged(targets)
    departments = {one.id: one.name for one in inventory.departments}
    return tuple(
        OfficialRow(
            id=one.id,
            post=one.post,
            name=one.name,
            department=departments.get(one.department, one.department),
            specialist=one.specialist,
            verdict=judged.get(one.id) if one.specialist else None,
            machines=tuple(by_person.get(one.id, ())),
        )
        for one in inventory.people
    )


def _judged(targets: Sequence[Target]) -> Mapping[str, Verdict]:
    """By item 23, whose subjects are the officials."""
    return {row.subject: row.verdict for one in targets if one.item == 23 for row in one.rows}
