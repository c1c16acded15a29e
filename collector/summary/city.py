"""At the city: each declared ward as it stands, and the whole; who is silent is not known. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from collector.exposition import Family, Sample
from collector.inventory.model import Inventory
from collector.summary.ledger import Told
from collector.summary.wire import Item

GRACE = timedelta(hours=12)
"""After midnight: by noon yesterday's figures are there, or the ward is silent."""
ITEMS: tuple[Literal[23, 27, 28], ...] = (23, 27, 28)

State = Literal["telling", "silent", "never", "not-joined"]


class Figure(Struct, frozen=True):
    """One target of one ward, or of all of them. A silent ward's subjects are all unknown."""

    item: Literal[23, 27, 28]
    passing: int
    failing: int
    unknown: int
    ratio: float | None
    """passing / all; None where nothing is known to be counted."""
    serious_incidents: int | None
    """None: not counted, or not known."""


class Ward(Struct, frozen=True):
    """One declared ward."""

    site: str
    name: str
    state: State
    day: date | None
    """Of its newest figures; None: it never told any."""
    revision: int | None
    received_at: datetime | None
    figures: tuple[Figure, ...]
    """23, 27, 28; empty where it never told any."""


class City(Struct, frozen=True):
    """All of them, in the inventory's order."""

    wards: tuple[Ward, ...]
    figures: tuple[Figure, ...]
    """Of all wards that ever told; how many are not among the telling stands in `missing`."""
    missing: int


def city(
    inventory: Inventory, told: Mapping[str, Told], joined: Collection[str], now: datetime
) -> City:
    """How the wards stand at `now`."""
    wanted = expected(now, inventory.site.timezone)
    found = tuple(
        _ward(one.id, one.name, told.get(one.id), wanted, joined_it=one.id in joined)
        for one in inventory.wards
    )
    figures = tuple(
        _sum(item, [one for ward in found for one in ward.figures if one.item == item])
        for item in ITEMS
    )
    return City(found, figures, sum(ward.state != "telling" for ward in found))


def expected(now: datetime, timezone: str) -> date:
    """The day that every ward has told by now."""
    return (now - GRACE).astimezone(ZoneInfo(timezone)).date() - timedelta(days=1)


def families(found: City, site: str) -> Iterable[Family]:
    """Every declared ward keeps its series; those of a silent one say unknown, never passing."""
    wards = [({"ward": ward.site, "site": site}, ward) for ward in found.wards]
    yield Family(
        "wardwatch_ward_telling",
        "gauge",
        "1 where the ward's newest day is the one that all have told by now",
        tuple(Sample(labels, float(ward.state == "telling")) for labels, ward in wards),
    )
    yield Family(
        "wardwatch_ward_last_summary_timestamp_seconds",
        "gauge",
        "When the city received the ward's newest day; 0: never",
        tuple(
            Sample(labels, ward.received_at.timestamp() if ward.received_at else 0.0)
            for labels, ward in wards
        ),
    )
    yield Family(
        "wardwatch_ward_subjects",
        "gauge",
        "Subjects of the plan's item in the ward, by verdict",
        tuple(
            Sample({**labels, "item": str(one.item), "verdict": verdict}, getattr(one, verdict))
            for labels, ward in wards
            for one in ward.figures
            for verdict in ("passing", "failing", "unknown")
        ),
    )


def _ward(site: str, name: str, told: Told | None, wanted: date, *, joined_it: bool) -> Ward:
    if told is None:
        state: State = "never" if joined_it else "not-joined"
        return Ward(site, name, state, None, None, None, ())
    summary = told.summary
    telling = summary.day >= wanted
    return Ward(
        site,
        name,
        "telling" if telling else "silent",
        summary.day,
        summary.revision,
        told.received_at,
        tuple(_figure(one) if telling else _unknown(one) for one in summary.items),
    )


def _figure(item: Item) -> Figure:
    total = item.denominator
    ratio = round(item.passing / total, 6) if total else None
    return Figure(
        item.item, item.passing, item.failing, item.unknown, ratio, item.serious_incidents
    )


def _unknown(item: Item) -> Figure:
    """What it once told is old: that many subjects there are, and nothing is known of them."""
    total = item.denominator
    return Figure(item.item, 0, 0, total, 0.0 if total else None, None)


def _sum(item: Literal[23, 27, 28], figures: Sequence[Figure]) -> Figure:
    passing, failing, unknown = (
        sum(getattr(one, verdict) for one in figures)
        for verdict in ("passing", "failing", "unknown")
    )
    total = passing + failing + unknown
    serious = [one.serious_incidents for one in figures if one.serious_incidents is not None]
    return Figure(
        item,
        passing,
        failing,
        unknown,
        round(passing / total, 6) if total else None,
        sum(serious) if serious else None,
    )
