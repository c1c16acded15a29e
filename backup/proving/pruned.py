"""What retention lets go: written down before, written off after, and settled where it was cut short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from backup import ledger, sweep
from backup.ledger import Entry, Key
from backup.proving.failure import ProofError
from backup.restic import Restic, ResticError, ResticMissing, ResticStopped
from collector import audit
from collector.inventory.model import Repository

if TYPE_CHECKING:
    from backup.prove import Verifier

ACTOR = "wardwatch"


def intend(verifier: Verifier, declared: Repository, snapshots: Sequence[str]) -> tuple[Entry, ...]:
    """Write down which snapshots are going: what goes from now on is our own doing."""
    with verifier.store.write() as connection:
        known = ledger.load(connection, declared.id)
        going = [known[key] for name in snapshots if (key := _snapshot(name)) in known]
        ledger.mark(connection, declared.id, [each.key for each in going], "going")
    return tuple(going)


def _snapshot(name: str) -> Key:
    return ("snapshots", name)


def settle(verifier: Verifier, declared: Repository, folder: Path, restic: Restic) -> bool:
    """Whether an earlier run was cut short; what it removed leaves the ledger now.

    Only once restic has found that nothing is missing to the snapshots that are there: else all
    else that is not there has vanished. Raises ProofError, ResticError.
    """
    with verifier.store.read() as connection:
        known = ledger.load(connection, declared.id)
    if not any(each.state == "going" for each in known.values()):
        return False
    restic.unlock()
    try:
        restic.check()
    except (ResticStopped, ResticMissing):
        raise
    except ResticError as error:
        lost = [each.key for each in _missing(folder, known.values()) if each.kind != "snapshots"]
        with verifier.store.write() as connection:
            ledger.mark(connection, declared.id, lost, "vanished")
        write_off(verifier, declared, folder)
        raise ProofError(f"a pruning was cut short, and since then: {error}") from error
    write_off(verifier, declared, folder)
    return True


def stay(verifier: Verifier, declared: Repository, entries: Iterable[Entry]) -> None:
    """Take back that these are going: they are still there."""
    with verifier.store.write() as connection:
        _stay(connection, declared, entries)


def write_off(verifier: Verifier, declared: Repository, folder: Path) -> int:
    """Take what our own pruning removed out of the ledger; the bytes that it freed."""
    with verifier.store.write() as connection:
        known = ledger.load(connection, declared.id).values()
        ours = [
            each
            for each in _missing(folder, known)
            if each.kind in ("data", "index") or each.state == "going"
        ]
        ledger.forget(connection, declared.id, [each.key for each in ours])
        freed = sum(each.size_bytes for each in ours)
        if count := sum(each.kind == "snapshots" for each in ours):
            told(verifier, connection, declared, count, freed)
        _stay(connection, declared, [e for e in known if e.state == "going" and e not in ours])
    verifier.look(declared, folder)
    return freed


def told(
    verifier: Verifier, connection: Connection, declared: Repository, count: int, freed: int
) -> None:
    """An audit entry of what retention let go."""
    detail: dict[str, str | int | None] = {"repository": declared.id, "count": count}
    audit.append(
        connection, verifier.clock(), ACTOR, "snapshots-forgotten", detail | {"bytes": freed}
    )


def _stay(connection: Connection, declared: Repository, entries: Iterable[Entry]) -> None:
    ledger.save(
        connection,
        declared.id,
        [replace(e, state="sound" if e.last_verified_at else "new") for e in entries],
    )


def _missing(folder: Path, entries: Iterable[Entry]) -> list[Entry]:
    """What should be there and is not."""
    return [
        each
        for each in entries
        if each.state not in ledger.LASTING and not sweep.path(folder, each.key).exists()
    ]
