"""What the officer does to backups by hand, by page, command or program: done, and noted in the log."""

from __future__ import annotations

from backup import commands, holds
from backup.prove import Verifier
from collector import audit
from collector.inventory.model import Inventory


def ask(verifier: Verifier, inventory: Inventory, set_id: str, actor: str) -> int:
    """Ask the set's PC for a backup; the number of the ask. Raises CommandError."""
    number = commands.run(verifier, inventory, set_id)
    note(verifier, actor, "backup-asked", set=set_id, ask=number)
    return number


def accept(
    verifier: Verifier, inventory: Inventory, repository: str, object: str, actor: str
) -> None:
    """An object was meant to vanish, or to be there. Raises CommandError."""
    commands.accept(verifier, inventory, repository, object)
    note(verifier, actor, "object-accepted", repository=repository, object=object)


def approve_key(
    verifier: Verifier, inventory: Inventory, repository: str, name: str, actor: str
) -> None:
    """Let a new key out of quarantine. Raises CommandError."""
    commands.approve_key(verifier, inventory, repository, name)
    note(verifier, actor, "key-approved", repository=repository, key=name)


def explain(verifier: Verifier, hold: int, why: str, actor: str) -> bool:
    """What holds retention was meant, or is mended; False where no such hold waits."""
    with verifier.store.write() as connection:
        return holds.explain(connection, hold, why, actor, verifier.clock())


def note(verifier: Verifier, actor: str, action: str, **detail: str | int | None) -> None:
    """A row in the audit log."""
    with verifier.store.write() as connection:
        audit.append(connection, verifier.clock(), actor, action, detail)
