"""What a start makes where it is missing: sample documents, the local agent, the first user's link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from backup import pin, samples
from collector.authority import Authority
from collector.files import write_private
from collector.inventory.model import Inventory, Machine
from collector.joining import join_string, new_token
from collector.lines import pins as lines
from collector.store.database import Store
from console import children, people
from console.addresses import Listen, at_home

ACTOR = "wardwatch"
FIRST_USER = "cntt"
"""The IT officer's post; `wardwatch user add` makes others."""

FIRST_LINK_HOURS = 24.0


def own_machine(inventory: Inventory) -> Machine | None:
    """The declared machine that the collector runs on."""
    return next((one for one in inventory.machines if one.collector), None)


def prepare(inventory: Inventory, folder: Path) -> None:
    """What the inventory says of this machine, made and pinned here. Raises PinError."""
    machine = own_machine(inventory)
    if machine is not None:
        make_samples(inventory, machine, folder.resolve())
        pin_backups(inventory, machine, folder)
        pin_lines(inventory, folder)


def make_samples(inventory: Inventory, machine: Machine, folder: Path) -> None:
    """Documents to back up, where a set of this machine names a folder here that is not there."""
    for declared in inventory.backups:
        for path in declared.paths:
            place = folder / path
            inside = not Path(path).is_absolute() and place.resolve().is_relative_to(folder)
            if declared.machine == machine.id and inside and not place.exists():
                samples.make(place)


def pin_backups(inventory: Inventory, machine: Machine, folder: Path) -> None:
    """Write backup.json as the inventory stands now. Raises PinError."""
    entries = pin.pinned(inventory, machine.id, folder)
    (folder / "agent").mkdir(mode=0o700, exist_ok=True)
    write_private(folder / "agent" / "backup.json", msgspec.json.encode(entries))


def pin_lines(inventory: Inventory, folder: Path) -> None:
    """Write line.json of this machine's own agent; every other PC has its own from joining."""
    found = msgspec.json.format(msgspec.json.encode(lines.pinned(inventory)))
    write_private(folder / "agent" / "line.json", found)


def join_agent(
    store: Store,
    authority: Authority,
    inventory: Inventory,
    machine: Machine,
    listen: Listen,
    folder: Path,
    clock: Callable[[], datetime],
) -> None:
    """Join once; later only follow the collector to another port. Raises ChildError."""
    agent, here = folder / "agent", str(at_home(listen))
    settings = agent / "agent.json"
    if settings.exists():
        known = msgspec.json.decode(settings.read_bytes())
        if known.get("collector") != here:
            write_private(settings, msgspec.json.encode(known | {"collector": here}))
        return
    with store.write() as connection:
        token = new_token(connection, clock(), inventory, ACTOR, machine.id)
    children.join_agent(join_string(here, authority.pin, token), agent)


def way_in(store: Store, clock: Callable[[], datetime]) -> str | None:
    """A one-time link's token while nobody has a password; None once somebody can sign in."""
    now = clock()
    with store.write() as connection:
        known = people.known(connection)
        if any(people.has_password(connection, user) for user in known):
            return None
        if not known:
            people.add(connection, now, ACTOR, FIRST_USER)
        user = known[0] if known else FIRST_USER
        return people.new_link(connection, now, ACTOR, user, FIRST_LINK_HOURS)
