"""Lets a simulated fleet in and out again: on the record, and only by who holds the database."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, update

from collector.audit import append
from collector.store.tables import agents

HOSTNAME = "simulated"
AT_ONCE = 2_000  # names in one statement: SQLite takes 32,766 parameters at most


@dataclass(frozen=True, slots=True)
class Member:
    """One simulated agent, and what it shows on every request."""

    agent: str
    key: str


def enrol(connection: Connection, now: datetime, actor: str, count: int) -> tuple[Member, ...]:
    """Let so many agents in, without a machine: they are in no figure and in no metric of the office."""
    fleet = tuple(
        Member(f"s{secrets.token_hex(8)}", secrets.token_bytes(32).hex()) for _ in range(count)
    )
    for start in range(0, count, AT_ONCE):
        connection.execute(
            insert(agents),
            [
                {
                    "id": member.agent,
                    "key_hash": hashlib.sha256(bytes.fromhex(member.key)).digest(),
                    "state": "approved",
                    "hostname": HOSTNAME,
                    "joined_at": now,
                }
                for member in fleet[start : start + AT_ONCE]
            ],
        )
    append(connection, now, actor, "simulation-began", {"agents": count})
    return fleet


def dismiss(connection: Connection, now: datetime, actor: str, fleet: Sequence[Member]) -> None:
    """Shut them out for good; what they sent goes the way of all old loads."""
    for start in range(0, len(fleet), AT_ONCE):
        names = [member.agent for member in fleet[start : start + AT_ONCE]]
        connection.execute(update(agents).where(agents.c.id.in_(names)).values(state="revoked"))
    append(connection, now, actor, "simulation-ended", {"agents": len(fleet)})
