"""By which password a repository opens: the collector's own file, or what its PC made and handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, insert, select

from backup import pin, sealed
from backup.pin import PinError
from backup.tables import repository_passwords
from collector import audit
from collector.escrow import deposits
from collector.escrow.deposits import Kept
from collector.escrow.sealing import SealError
from collector.inventory.model import Inventory, Repository
from collector.store.database import Store

ACTOR = "wardwatch"


class Waiting(PinError):  # noqa: N818 - nothing went wrong: its PC has yet to make the password
    """There is no password yet."""


@dataclass(frozen=True)
class Password:
    """How restic is told it: by its file, or by itself, where it lies in no file of this machine."""

    file: Path | None = None
    handed_in: str | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """Raises OSError."""
        if self.handed_in is not None:
            return self.handed_in
        return self.file.read_text("utf-8").strip() if self.file is not None else ""


def find(store: Store, declared: Repository, state_folder: Path) -> Password:
    """By what the repository opens; the collector's own file is made where there is none yet.

    Raises `Waiting` where its PC makes the password and has not, PinError where it is lost.
    """
    path = state_folder / declared.password_file
    with store.read() as connection:
        kept = _bound(connection, declared)
    if kept is not None:
        try:
            return Password(handed_in=kept.opened(state_folder))
        except SealError as error:
            if not path.exists():
                raise PinError(
                    f"the password of {declared.id} cannot be opened: {error}; or write it into"
                    f" {path} from the recovery sheet"
                ) from error
    if declared.writer and not path.exists():
        raise Waiting(
            f"the repository {declared.id} waits for the password that {declared.writer} makes:"
            " join its agent"
        )
    return Password(pin.password_file(declared, state_folder))


def written(store: Store, declared: Repository, state_folder: Path) -> Password | None:
    """As `find`, for a paper, which makes none; None where its PC has yet to. Raises PinError."""
    path = state_folder / declared.password_file
    with store.read() as connection:
        bound = _bound(connection, declared)
    if bound is None and not declared.writer:
        return Password(path)
    try:
        return find(store, declared, state_folder)
    except Waiting:
        return None


def lacking(
    connection: Connection, inventory: Inventory, state_folder: Path
) -> tuple[Repository, ...]:
    """The repositories whose PC has yet to make the password."""
    return tuple(
        each
        for each in inventory.repositories
        if deposits.is_wanted(inventory, each.writer)
        and not (state_folder / each.password_file).exists()
        and _bound(connection, each) is None
    )


def settle(
    connection: Connection, inventory: Inventory, state_folder: Path, now: datetime
) -> tuple[Repository, ...]:
    """Bind repositories that have no password to what their PCs handed in; those that still wait.

    A repository that is there already is bound only to what opens it: a collector that came back
    from an older backup finds the PC's password again, and never takes another in its place.
    """
    waiting = []
    for declared in lacking(connection, inventory, state_folder):
        agent = _opener(connection, declared, state_folder)
        if agent is None:
            waiting.append(declared)
            continue
        connection.execute(
            insert(repository_passwords).values(repository=declared.id, agent=agent, at=now)
        )
        detail = {"repository": declared.id, "asset": declared.writer, "agent": agent}
        audit.append(connection, now, ACTOR, "backup-password-bound", detail)
    return tuple(waiting)


def bound_at(connection: Connection) -> dict[str, datetime]:
    """When each repository that opens by its PC's own password was bound to it."""
    rows = connection.execute(select(repository_passwords))
    return {row.repository: row.at for row in rows}


def carried(store: Store, declared: Repository, state_folder: Path) -> Password | None:
    """What has to be carried to the PC that writes there; None where that PC made it itself.

    Where its agent handed in none, the collector makes it, as for every other repository: an agent
    that is older than this, or one that has yet to join. Raises PinError.
    """
    with store.read() as connection:
        if _is_known_to_its_pc(connection, declared):
            return None
    try:
        return find(store, declared, state_folder)
    except Waiting:
        return Password(pin.password_file(declared, state_folder))


def _is_known_to_its_pc(connection: Connection, declared: Repository) -> bool:
    bound = _bound(connection, declared)
    speaker = deposits.speaker(connection, declared.writer) if declared.writer else None
    own = deposits.kept_of(connection, speaker) if speaker else None
    return bound is not None and own is not None and bound.sha256 == own.sha256


def _opener(connection: Connection, declared: Repository, state_folder: Path) -> str | None:
    place = pin.folder(declared, state_folder)
    writer = declared.writer or ""
    if place is not None and (place / "config").exists():
        return next(_opening(connection, writer, place / "keys", state_folder), None)
    speaker = deposits.speaker(connection, writer)
    kept = deposits.kept_of(connection, speaker) if speaker else None
    return kept.agent if kept is not None else None


def _opening(connection: Connection, asset: str, keys: Path, state_folder: Path) -> Iterator[str]:
    for kept in deposits.kept_for(connection, asset):
        try:
            files = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(keys.iterdir()))
            fits = _opens(kept, keys, files, state_folder)
        except (SealError, OSError):
            continue
        if fits:  # else of another time of this PC: the next one may
            yield kept.agent


@lru_cache(maxsize=256)
def _opens(kept: Kept, keys: Path, _files: tuple[tuple[str, int], ...], state_folder: Path) -> bool:
    """Remembered: duties ask every two seconds, and restic has made each try take half a second."""
    try:
        sealed.master(keys, kept.opened(state_folder))
    except sealed.SealError:
        return False
    return True


def _bound(connection: Connection, declared: Repository) -> Kept | None:
    """What it was bound to; a copy byte for byte opens by what its first one opens by."""
    first = declared.copy_of if declared.exact else declared.id
    agent = connection.scalar(
        select(repository_passwords.c.agent).where(repository_passwords.c.repository == first)
    )
    return deposits.kept_of(connection, agent) if agent is not None else None
