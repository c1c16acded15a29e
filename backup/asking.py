"""Asks PCs to hand in the password of their own repositories, where joining did not bring it."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from collector import asks
from collector.escrow import deposits
from collector.inventory.model import Repository
from collector.store import tables
from collector.store.columns import Instant

JOB: asks.Job = "escrow"
AGAIN = timedelta(hours=1)
"""An answer may be lost, and an agent older than this knows no such job and says so in its log."""


def hand_in(
    connection: Connection, lacking: Iterable[Repository], reporting: Set[str], now: datetime
) -> None:
    """Ask each PC that is there and has handed in nothing; the same PC once an hour."""
    for asset in sorted({each.writer for each in lacking if each.writer} & reporting):
        speaker = deposits.speaker(connection, asset)
        if speaker is None or deposits.kept_of(connection, speaker) is not None:
            continue
        last = connection.scalar(
            select(func.max(tables.asks.c.asked_at, type_=Instant())).where(
                tables.asks.c.asset == asset, tables.asks.c.job == JOB
            )
        )
        if last is None or now - last >= AGAIN or last > now:
            asks.ask(connection, now, asset, JOB, None)
