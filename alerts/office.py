"""All that judgement looks at: the office as declared, as observed, and the moment of judging."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from alerts.own import Own
from alerts.past import Past
from alerts.signals import Signals
from backup.status import Backups
from collector.around import Around, Others
from collector.inventory.model import Inventory, Machine
from collector.presence import Presence, all_others, presence
from collector.state import State


class Office(Struct, frozen=True):
    """One value in, findings out: rules read nothing else, no clock, no store."""

    inventory: Inventory
    state: State
    backups: Backups
    now: datetime
    past: Past = Past()
    own: Own | None = None
    """How the collector itself is doing; None: nobody looked."""
    signals: Signals = Signals()
    """What Prometheus judged over time, where its Alertmanager is let in."""
    others: Others | None = None
    """What the PCs tell of one another, looked up once for all rules; None: each rule looks."""

    def around(self, asset: str) -> Around:
        """What the rest of the office tells of one PC."""
        others = self.others or all_others(
            self.inventory, self.state.machines, self.now, self.state.devices
        )
        return others.of(asset)

    def presence(self, declared: Machine) -> Presence:
        """Where a declared machine stands: the one judgement of metric, page and rule."""
        return presence(
            self.state.machines.get(declared.id),
            declared,
            self.inventory,
            self.now,
            lambda: self.around(declared.id),
            self.past.usual.get(declared.id),
        )


def system_of(state: State, assets: Iterable[str]) -> str | None:
    """`windows` or `linux` where all of these machines told the same; None: mixed or not known."""
    told = set()
    for asset in assets:
        machine = state.machines.get(asset)
        os = machine.system.value.os if machine and machine.system else None
        told.add(os.family if os else None)
    return told.pop() if len(told) == 1 else None
