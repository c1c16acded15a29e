"""Rules printer-in-reach and scanner-in-reach: officials whose profile asks for one have one near."""

from __future__ import annotations

from functools import partial
from typing import Literal

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.official_without_machine import Official, officials
from alerts.rules.rule import Rule
from collector.inventory.model import Inventory

Kind = Literal["printer", "scanner"]


def judge(rule: str, kind: Kind, office: Office, official: Official) -> Finding:
    """Near is: at the official's own PC, in its room, or in a room of the official's department.

    What no PC reports and no line of the inventory declares is not there; a PC that could not be
    read may have one of its own.
    """
    inventory = office.inventory
    department = next(one.department for one in inventory.people if one.id == official.id)
    rooms = _rooms(inventory, official, department)
    near = [one for one in inventory.devices if one.kind == kind and one.room in rooms]
    if near:
        seen = Seen("device-near", {"device": near[0].name, "room": near[0].room or "-"})
        evidence = Evidence(official.id, "inventory", (seen,), received_at=office.now)
        return _finding(rule, official, "pass", "near", near[0].name, (evidence,))
    unread = not official.machines
    for asset in official.machines:
        machine = office.state.machines.get(asset)
        hardware = machine.hardware if machine else None
        found = getattr(hardware.value, f"{kind}s") if hardware else None
        unread = unread or found is None
        if hardware and found:
            name = found[0].name or found[0].model or "-"
            seen = Seen("device-attached", {"device": name})
            evidence = Evidence(asset, "hardware", (seen,), hardware.report, hardware.received_at)
            return _finding(rule, official, "pass", "attached", name, (evidence,))
    evidence = Evidence(official.id, "inventory", (Seen("no-device-near"),), received_at=office.now)
    if unread:
        return _finding(rule, official, "unknown", "unread", "-", (evidence,))
    return _finding(rule, official, "fail", "none", "-", (evidence,))


def _rooms(inventory: Inventory, official: Official, department: str) -> set[str]:
    people = {one.id: one.department for one in inventory.people}
    return {
        machine.room
        for machine in inventory.machines
        if machine.id in official.machines
        or department in {machine.department, people.get(machine.person or "")}
    }


def _finding(
    rule: str,
    official: Official,
    verdict: Literal["pass", "fail", "unknown"],
    because: str,
    device: str,
    evidence: tuple[Evidence, ...],
) -> Finding:
    return Finding(rule, official.id, verdict, because, {"device": device}, evidence)


def _rule(id: str, kind: Kind) -> Rule[Official]:
    def subjects(inventory: Inventory) -> tuple[Official, ...]:
        asking = {profile.id for profile in inventory.profiles if getattr(profile, kind)}
        wanted = {one.person for one in inventory.machines if one.profile in asking}
        return tuple(one for one in officials(inventory) if one.id in wanted)

    return Rule(
        id=id,
        item=23,
        severity="info",
        opens_incident=False,
        subjects=subjects,
        judge=partial(judge, id, kind),
    )


PRINTER_IN_REACH = _rule("printer-in-reach", "printer")
SCANNER_IN_REACH = _rule("scanner-in-reach", "scanner")
