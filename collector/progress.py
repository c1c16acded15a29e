"""How far each duty has read a table, so that a kill at any moment neither skips nor doubles a row."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from collector.store.tables import progress


def reached(connection: Connection, name: str) -> int:
    """The last row that the duty has taken up; 0 before the first."""
    return (
        connection.execute(
            select(progress.c.reached).where(progress.c.name == name)
        ).scalar_one_or_none()
        or 0
    )


def move(connection: Connection, name: str, before: int, after: int) -> bool:
    """Move on inside the transaction that writes what was made of the rows.

    False where another process moved meanwhile: then nothing of the caller's may be written.
    """
    if reached(connection, name) != before:
        return False
    moved = connection.execute(
        update(progress)
        .where(progress.c.name == name, progress.c.reached == before)
        .values(reached=after)
    )
    if moved.rowcount != 1:
        if before:
            return False
        connection.execute(insert(progress).values(name=name, reached=after))
    return True
