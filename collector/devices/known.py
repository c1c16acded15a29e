"""One device as the live state holds it: the newest poll, reading, pins and fetch. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from collector.devices.reading import DeviceReading, Identity


class Pin(Struct, frozen=True):
    """What was seen first. `other` is what is seen instead now; None while it is the same."""

    value: str
    since_at: datetime
    other: str | None = None
    other_at: datetime | None = None


class Fetch(Struct, frozen=True):
    """The newest attempt over SSH, and the newest change of the configuration."""

    at: datetime
    problem: str | None = None
    fetched_at: datetime | None = None
    """When the whole configuration last came; its age grows while attempts fail."""
    configuration: int | None = None
    """The newest configuration's row."""
    changed_at: datetime | None = None
    """None while the first one is the only one."""
    planned: bool = True
    facts: Mapping[str, str] = {}


class Device(Struct, frozen=True):
    """All that is known of one declared device. What never came is None."""

    id: str
    at: datetime | None = None
    """The newest poll, by the collector's clock."""
    up: bool | None = None
    answered_at: datetime | None = None
    down_since_at: datetime | None = None
    problem: str | None = None
    surveyed_at: datetime | None = None
    reading: DeviceReading | None = None
    """The newest that was understood; kept while the device is silent."""
    port_errors: Mapping[str, int] = {}
    """New errors of each port since `errors_since_at`."""
    errors_since_at: datetime | None = None
    empty_in_days: Mapping[str, float] = {}
    """Supply to days, where its trend tells them."""
    hangs_on: Mapping[str, str] = {}
    """Hardware address to the port that it was last seen on, since this process began; it stays when
    a port goes down, which the switch itself forgets within minutes."""
    identity: Pin | None = None
    host_key: Pin | None = None
    fetch: Fetch | None = None


class Sighting(Struct, frozen=True):
    """A hardware address that nobody declared, and where it was seen."""

    mac: str
    first_at: datetime
    last_at: datetime
    address: str | None = None
    line: str | None = None
    device: str | None = None
    interface: str | None = None
    name: str | None = None
    """What the officer called it; None: unknown."""


def another(pinned: Identity, seen: Identity) -> bool:
    """Whether a different device answers: by serial where both tell one, else by maker and model.

    A new firmware is the same device. What one of them does not tell proves nothing.
    """
    if pinned.serial and seen.serial:
        return pinned.serial != seen.serial
    for field in ("maker", "model"):
        before, after = getattr(pinned, field), getattr(seen, field)
        if before and after and before != after:
            return True
    return False
