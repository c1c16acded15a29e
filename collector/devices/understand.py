"""Makes a reading of a walk: what every device tells, and what its kind tells besides. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from collector.devices import bridge, identity
from collector.devices.interfaces import TABLES as INTERFACES
from collector.devices.interfaces import interfaces
from collector.devices.kinds import KINDS
from collector.devices.kinds.kind import Kind
from collector.devices.reading import DeviceReading, Identity
from collector.devices.sensors import columns, sensors
from collector.devices.walk import Walk, text, whole
from collector.readings import Gap

UNKNOWN_KIND = Kind(markers=(), bridges=True)
MARKERS = tuple(marker for kind in KINDS.values() for marker in kind.markers)


def recognised(walk: Walk) -> str | None:
    """The kind that the device's own objects tell; None where they tell none."""
    for name, kind in KINDS.items():
        for marker in kind.markers:
            below = marker + "."
            if any(oid.startswith(below) for oid in walk):
                return name
    return None


def asked(
    kind: str | None, maker: str | None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The scalars and the tables to ask a device of that kind and maker for."""
    known = KINDS.get(kind or "", UNKNOWN_KIND)
    scalars = (*identity.asked(maker), *known.scalars)
    tables = (
        *INTERFACES,
        (identity.PRINTER_SERIAL,),
        identity.ENTITY_COLUMNS,
        *known.tables,
        *((one,) for one in columns(known.sensors)),
        *(bridge.TABLES if known.bridges else ()),
    )
    return tuple(dict.fromkeys(scalars)), _once(tables)


def understood(kind: str | None, walk: Walk, gaps: Iterable[Gap] = ()) -> DeviceReading:
    """The reading. `kind` as declared, None to let the device tell it; gaps as the asking left them.

    Never raises for anything that a device may say: what makes no sense is a gap.
    """
    told = recognised(walk)
    known = KINDS.get(kind or told or "", UNKNOWN_KIND)
    who = identity.identity(walk)
    ports = interfaces(walk)
    measured, nonsense = sensors(walk, known.sensors)
    part = known.part(walk, who.maker)
    ticks = whole(walk.get(identity.UPTIME))
    return DeviceReading(
        kind=kind or told,
        maker=who.maker,
        model=who.model,
        serial=who.serial,
        version=who.version,
        name=text(walk.get(identity.NAME)),
        description=text(walk.get(identity.DESCRIPTION)),
        uptime_seconds=ticks / 100 if ticks is not None and ticks >= 0 else None,
        supplies=part.supplies,
        pages=part.pages,
        printer=part.printer,
        interfaces=ports,
        neighbours=bridge.neighbours(walk, ports),
        hosts=bridge.hosts(walk, ports),
        ups=part.ups,
        volumes=part.volumes,
        disks=part.disks,
        sensors=measured,
        gaps=(*gaps, *part.gaps, *nonsense, *(_missing(kind, told, who) if walk else ())),
    )


def _missing(kind: str | None, told: str | None, who: Identity) -> Iterable[Gap]:
    for field in ("maker", "model", "serial", "version"):
        if getattr(who, field) is None:
            yield Gap(field, "the device does not tell it")
    if kind is None and told is None:
        yield Gap("kind", "the device has no objects that tell its kind")


def _once(tables: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Each column once: one that a table holds needs no walk of its own."""
    seen: set[str] = set()
    found = []
    for table in tables:
        fresh = tuple(oid for oid in table if oid not in seen)
        seen.update(fresh)
        if fresh:
            found.append(fresh)
    return tuple(found)
