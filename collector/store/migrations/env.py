"""Runs migrations on the connection that `collector.store.migrate` hands in."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from collector.store.columns import METADATA, Instant


def _written(_type: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    # A migration stays as it was when it landed, so it names the database's type, not our class.
    return "sa.BigInteger()" if isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=_written,
)
context.run_migrations()
