"""Letting one more PC join: the join string for an officer, on a page as by the command."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from collector.authority import Authority
from collector.inventory.model import Inventory
from collector.joining import join_string, new_token
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
