"""What judgement knows beyond the newest readings: events, changes, and what the officer explained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, func, select

from alerts.tables import incidents
from collector.habits import Usual
from collector.lately import Altered, Lately, Lost, Occurrence

EXPLAINED = ("fixed", "closed", "false_alarm", "duplicate", "void")
"""States of an incident in which an officer has said in words what its events were."""


class Past(Struct, frozen=True):
    """By asset, oldest first. `explained` tells by rule and subject up to when an officer did."""

    happened: Mapping[str, tuple[Occurrence, ...]] = {}
    changed: Mapping[str, tuple[Altered, ...]] = {}
    lost: Mapping[str, tuple[Lost, ...]] = {}
    forbidden: Mapping[str, tuple[str, ...]] = {}
    explained: Mapping[tuple[str, str], datetime] = {}
    usual: Mapping[str, Usual] = {}
    """When each PC is usually on, where that is learned."""


def past(lately: Lately, explained: Mapping[tuple[str, str], datetime]) -> Past:
    """Both together."""
    return Past(
        lately.happened,
        lately.changed,
        lately.lost,
        lately.forbidden,
        explained,
        lately.usual,
    )


def explained(connection: Connection) -> dict[tuple[str, str], datetime]:
    """When an officer last called an incident of that rule and subject mended or no incident."""
    told = func.max(func.coalesce(incidents.c.fixed_at, incidents.c.ended_at))
    found = connection.execute(
        select(incidents.c.rule, incidents.c.subject, told.label("at"))
        .where(incidents.c.state.in_(EXPLAINED))
        .group_by(incidents.c.rule, incidents.c.subject)
    )
    return {(row.rule, row.subject): row.at for row in found if row.at is not None}
