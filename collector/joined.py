"""The agents that have joined, as values, with when each was last heard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from collector.state import Agent
from collector.store.columns import EPOCH

# Read as they lie: of ten thousand agents a few have changed, and only those become values.
AGENTS = (
    "SELECT id, asset, state, hostname, joined_at, quarantined_at, quarantine_cause FROM agents"
    " ORDER BY joined_at, id"
)
HEARD = (
    "SELECT agent, max(last_report_at) FROM epochs WHERE last_report_at >= {since} GROUP BY agent"
)


def agents(connection: Connection) -> list[Agent]:
    """All of them in the order in which they joined."""
    heard = {row[0]: row[1] for row in connection.exec_driver_sql(HEARD.format(since=0))}
    return [agent(tuple(row), heard.get(row[0])) for row in connection.exec_driver_sql(AGENTS)]


def agent(row: tuple[Any, ...], heard_at: int | None) -> Agent:
    """`row` as AGENTS names its columns, instants in microseconds (`store.columns.Instant`)."""
    name, asset, state, hostname, joined_at, quarantined_at, cause = row
    return Agent(
        name,
        asset,
        state,
        hostname,
        EPOCH + timedelta(microseconds=joined_at),
        None if heard_at is None else EPOCH + timedelta(microseconds=heard_at),
        None if quarantined_at is None else EPOCH + timedelta(microseconds=quarantined_at),
        cause,
    )
