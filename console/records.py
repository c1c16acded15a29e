"""One record as a PC sent it: what every figure leads back to."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, select

from collector.store.tables import agents, reports


class Record(Struct, frozen=True):
    """One row of `reports`. `sha256` is that of `body`, as it came."""

    id: int
    asset: str | None
    kind: str
    agent: str
    epoch: str
    seq: int
    at: datetime
    """By the PC's clock."""
    received_at: datetime
    sha256: str
    body: str


def record(connection: Connection, number: int) -> Record | None:
    """The record of that number."""
    row = connection.execute(
        select(reports, agents.c.asset)
        .join(agents, agents.c.id == reports.c.agent)
        .where(reports.c.id == number)
    ).one_or_none()
    if row is None:
        return None
    return Record(
        *(row.id, row.asset, row.kind, row.agent, row.epoch, row.seq),
        *(row.at, row.received_at, bytes(row.sha256).hex(), row.body),
    )
