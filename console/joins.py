"""Letting one more PC join: the join string for an officer, on a page as by the command."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from collector.authority import Authority
from collector.inventory.model import Inventory
from collector.joining import join_string, new_token
from collector.state import Agent
from collector.store.tables import agents, epochs
from console.addresses import Listen, names, reach

LASTS = timedelta(hours=24)


def new_string(
    connection: Connection,
    now: datetime,
    inventory: Inventory,
    actor: str,
    asset: str | None,
    listen: Listen,
    folder: Path,
) -> str:
    """One use, for one declared machine or none. Raises AuthorityError, JoiningError."""
    authority = Authority.open(folder / "ca", names(listen), now)
    token = new_token(connection, now, inventory, actor, asset, LASTS)
    return join_string(str(reach(listen)), authority.pin, token)


def known_agents(connection: Connection) -> tuple[Agent, ...]:
    """All that ever joined, oldest first."""
    heard = (
        select(epochs.c.agent, func.max(epochs.c.last_report_at).label("last_report_at"))
        .group_by(epochs.c.agent)
        .subquery()
    )
    found = connection.execute(
        select(agents, heard.c.last_report_at)
        .outerjoin(heard, heard.c.agent == agents.c.id)
        .order_by(agents.c.joined_at, agents.c.id)
    )
    return tuple(
        Agent(
            row.id,
            row.asset,
            row.state,
            row.hostname,
            row.joined_at,
            row.last_report_at,
            row.quarantined_at,
            row.quarantine_cause,
        )
        for row in found
    )
