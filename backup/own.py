"""The collector's own backup: all that makes it itself, into every repository, and read back at once."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import select

from backup import pin, reach, tables_copy
from backup.restic import ResticError
from collector import audit
from collector.inventory.model import Inventory, Repository
from collector.store.database import Store, connect
from collector.store.tables import audit as audit_rows

TAG = "wardwatch-state"
EVERY = timedelta(hours=24)
AGAIN = timedelta(hours=1)
"""After one that failed."""
VERSION = 1
"""Of what a copy holds; one of another version is not laid out by guessing."""
DATABASE, MANIFEST = "wardwatch.sqlite", "manifest.json"
KEPT = ("settings.json", "inventory.yaml", "metrics.token", "devices.key", "escrow.key")
"""Beside `ca/` and the passwords; without its key a device's configuration is noise, and so is what a PC handed in. The local agent joins anew, and repositories have their own disks."""
ACTION = "state-backed-up"
NOWHERE = (
    "the collector's own state is kept nowhere: every repository is a PC's own, which that PC can"
    " read, or the exact copy of one; declare one without writer"
)

UNFIT = "a PC can read it, or it is the exact copy of another"

log = logging.getLogger(__name__)


class OwnError(Exception):
    """The collector's state was not backed up, in words for the operator."""


class Manifest(Struct, frozen=True):
    """What a copy of the state holds: each file's SHA-256, by its path in the state folder."""

    version: int
    site: str
    made_at: datetime
    files: dict[str, str]
    audit_rows: int
    audit_head: str


class Kept(Struct, frozen=True):
    """One copy that was stored and read back equal."""

    repository: str
    snapshot: str
    files: int
    bytes: int


def back_up(
    store: Store,
    inventory: Inventory,
    state_folder: Path,
    declared: Repository,
    now: datetime,
    stop: threading.Event | None = None,
) -> Kept:
    """Copy, store, restore and compare; on the audit log when all of it held. Raises OwnError."""
    if declared not in fit(inventory):
        raise OwnError(f"{declared.id} is no place for the collector's own state: {UNFIT}")
    folder = state_folder / "scratch" / f"own-{declared.id}"
    restic = reach.restic(store, declared, state_folder, stop or threading.Event())
    shutil.rmtree(folder, ignore_errors=True)
    try:
        copy = folder / "copy"
        made = gather(store, inventory, state_folder, copy, now)
        stored = restic.backup(TAG, [str(copy)])
        if stored.unreadable:
            raise OwnError(f"could not be read: {stored.unreadable[0]}")
        restic.restore(stored.snapshot, folder / "read-back")
        back = found(folder / "read-back")
        if check(back) != made:
            raise OwnError("what was read back is not what was stored")
    except (ResticError, tables_copy.CopyError, OSError) as error:
        raise OwnError(f"the collector's own state in {declared.id}: {error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    detail: dict[str, str | int | None] = {
        "repository": declared.id,
        "snapshot": stored.snapshot,
        "files": len(made.files),
    }
    with store.write() as connection:
        audit.append(connection, now, "wardwatch", ACTION, detail)
    return Kept(declared.id, stored.snapshot, len(made.files), stored.bytes)


def fit(inventory: Inventory) -> tuple[Repository, ...]:
    """Where the state may lie: never in a PC's own repository, since that PC can read all of it.

    Nor is it stored into an exact copy, which soon holds again just what its first one holds.
    """
    return tuple(each for each in inventory.repositories if not each.writer and not each.exact)


def gather(
    store: Store, inventory: Inventory, state_folder: Path, into: Path, now: datetime
) -> Manifest:
    """Lay a whole copy of the state into a new folder, its manifest last."""
    into.mkdir(mode=0o700, parents=True)
    tables_copy.copy_out(store, into / DATABASE)
    for name in _names(inventory, state_folder):
        (into / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(state_folder / name, into / name)
    chain = _chain(into / DATABASE)
    files = {
        str(path.relative_to(into)): _sha256(path)
        for path in sorted(into.rglob("*"))
        if path.is_file()
    }
    made = Manifest(VERSION, inventory.site.id, now, files, chain.rows, chain.head.hex())
    (into / MANIFEST).write_bytes(msgspec.json.encode(made, order="sorted"))
    return made


def found(folder: Path) -> Path:
    """The copy below a folder that restic restored into. Raises OwnError."""
    places = [path.parent for path in folder.rglob(MANIFEST)]
    if len(places) != 1:
        raise OwnError(f"{folder} holds {len(places)} copies of a collector's state, not one")
    return places[0]


def check(copy: Path) -> Manifest:
    """The manifest of a copy that is whole. Raises OwnError, naming the first file that is not."""
    try:
        told = msgspec.json.decode((copy / MANIFEST).read_bytes(), type=Manifest)
        if told.version != VERSION:
            raise OwnError(
                f"{copy / MANIFEST} is of version {told.version}, and this wardwatch reads"
                f" {VERSION}: install the wardwatch that made it"
            )
        for name, sha256 in told.files.items():
            place = (copy / name).resolve()
            if not place.is_relative_to(copy.resolve()):
                raise OwnError(f"{name} does not lie in the copy")
            if _sha256(place) != sha256:
                raise OwnError(f"{name} is not as it was stored")
        tables_copy.check(copy / DATABASE)
    except (OSError, msgspec.MsgspecError, tables_copy.CopyError) as error:
        raise OwnError(f"{copy} is no whole copy of a collector's state: {error}") from error
    return told


class OwnBackup:
    """One per duties process: every repository once a day, one at a time, beside the duties."""

    def __init__(self, store: Store, state_folder: Path, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._folder = state_folder.absolute()
        self._clock = clock
        self._at_work: threading.Thread | None = None
        self._failed: dict[str, tuple[datetime, str]] = {}
        self._stop = threading.Event()

    def tick(self, inventory: Inventory) -> None:
        """Start what is due. Raises OwnError while the last try of any repository has failed."""
        if self._at_work is not None and self._at_work.is_alive():
            return
        now = self._clock()
        places = fit(inventory)
        declared = next((one for one in places if self._due(one, now)), None)
        if declared is not None:
            self._at_work = threading.Thread(
                target=self._back_up, args=(inventory, declared), name="own-backup", daemon=True
            )
            self._at_work.start()
        if inventory.repositories and not places:
            raise OwnError(NOWHERE)
        # One that is declared no more is tried no more: it would be told for ever.
        said = [self._failed[one.id][1] for one in places if one.id in self._failed]
        if said:
            raise OwnError(said[0])

    def wait(self) -> None:
        """Until the running one has ended."""
        if self._at_work is not None:
            self._at_work.join()

    def stop(self) -> None:
        """Cut the running one short, and wait until its scratch is removed."""
        self._stop.set()
        self.wait()

    def _due(self, declared: Repository, now: datetime) -> bool:
        failed = self._failed.get(declared.id)
        if failed is not None and now - failed[0] < AGAIN:
            return False
        place = pin.folder(declared, self._folder)
        if place is not None and not (place / "config").exists():
            return False  # the verifier makes it first
        last = last_at(self._store, declared.id)
        return last is None or now - last >= EVERY

    def _back_up(self, inventory: Inventory, declared: Repository) -> None:
        try:
            now = self._clock()
            kept = back_up(self._store, inventory, self._folder, declared, now, self._stop)
        except Exception as error:  # noqa: BLE001 - the thread's end: the duty tells it
            self._failed[declared.id] = (self._clock(), str(error))
            return
        self._failed.pop(declared.id, None)
        log.info("own state: %s files in %s, read back", kept.files, kept.repository)


def last_at(store: Store, repository: str) -> datetime | None:
    """When the state was last stored there and read back."""
    with store.read() as connection:
        rows = connection.execute(
            select(audit_rows.c.at, audit_rows.c.detail)
            .where(audit_rows.c.action == ACTION)
            .order_by(audit_rows.c.seq.desc())
        )
        for row in rows:
            if msgspec.json.decode(row.detail).get("repository") == repository:
                return row.at  # type: ignore[no-any-return] # an Instant
    return None


def _chain(file: Path) -> audit.Chain:
    """The audit log of a copy: one that does not hold is not worth keeping."""
    copy = connect(f"sqlite:///{file}")
    try:
        with copy.read() as connection:
            chain = audit.verify(connection)
    finally:
        copy.close()
    if chain.reason is not None:
        raise OwnError(f"the audit log does not hold: {chain.reason}")
    return chain


def _names(inventory: Inventory, state_folder: Path) -> Iterator[str]:
    """Files of the state folder, as paths below it; a password kept elsewhere is the officer's."""
    for name in KEPT:
        if (state_folder / name).is_file():
            yield name
    for path in sorted((state_folder / "ca").glob("*")):
        yield str(path.relative_to(state_folder))
    for declared in inventory.repositories:
        path = state_folder / declared.password_file
        if path.is_file() and path.resolve().is_relative_to(state_folder.resolve()):
            yield declared.password_file


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
