"""Two machines with one key: how it shows, and what is then no longer believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.audit import append
from collector.readings import Hardware
from collector.store.tables import agents, conflicts

Cause = Literal["same-number", "two-machines"]
"""same-number: a number came again with other content. two-machines: an older epoch went on after
a newer one had begun, and the hardware of the two is not the same."""

TAKEN = ("approved", "quarantined")
"""Whose reports are stored. Of a quarantined agent none is believed, and nothing is asked of it."""

CONFLICTS_KEPT = 100
"""Of one agent: they prove the case, and a copied PC must not fill the collector's disk."""


class Sent(Protocol):
    """A report as `collector.writing.Row` holds it."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def sha256(self) -> bytes: ...


class _Report(Struct, frozen=True):
    section: Hardware


_HARDWARE = msgspec.json.Decoder(_Report)


def impose(
    connection: Connection, now: datetime, agent: str, asset: str | None, cause: Cause
) -> bool:
    """Stop believing an approved agent, on the record; False where it was no longer approved."""
    done = connection.execute(
        update(agents)
        .where(agents.c.id == agent, agents.c.state == "approved")
        .values(state="quarantined", quarantined_at=now, quarantine_cause=cause)
    )
    if done.rowcount != 1:
        return False
    detail = {"agent": agent, "asset": asset, "cause": cause}
    append(connection, now, "wardwatch", "agent-quarantined", detail)
    return True


def keep(
    connection: Connection,
    agent: str,
    epoch: str,
    received_at: datetime,
    clashing: Sequence[Sent],
) -> None:
    """Keep reports whose numbers were taken by other bytes, the first hundred of an agent."""
    held = connection.execute(
        select(func.count()).select_from(conflicts).where(conflicts.c.agent == agent)
    ).scalar_one()
    rows = [
        {
            "agent": agent,
            "epoch": epoch,
            "seq": one.seq,
            "sha256": one.sha256,
            "kind": one.kind,
            "received_at": received_at,
            "body": one.body,
        }
        for one in clashing[: max(CONFLICTS_KEPT - held, 0)]
    ]
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(conflicts).on_conflict_do_nothing(), rows)


def two_machines(
    epoch: str, machines: Mapping[str, str | None], ordinals: Mapping[str, int]
) -> bool:
    """Whether this epoch, which has just gone on, is told from a later one by its hardware.

    An agent whose spool was set up anew never goes back to the old one, and a disk that moved to
    another PC goes on in the same epoch: neither is a copy.
    """
    mine = machines.get(epoch)
    return mine is not None and any(
        ordinals[other] > ordinals[epoch] and machine is not None and machine != mine
        for other, machine in machines.items()
    )


def machine(body: str) -> str | None:
    """The hardware's own identity in a `hardware` report: its UUID, else its serial number."""
    try:
        system = _HARDWARE.decode(body).section.system
    except (msgspec.DecodeError, RecursionError):
        return None
    if system is None:
        return None
    if system.uuid:
        return system.uuid.lower()
    return f"{system.manufacturer}/{system.model}/{system.serial}" if system.serial else None
