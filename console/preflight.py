"""What is checked before anything is started: a mistake is told and leaves everything as it was."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from collector.inventory.model import Inventory
from collector.inventory.read import InventoryError, load
from collector.inventory.read import parse as parse_inventory
from collector.store.columns import EPOCH
from collector.store.database import Store, connect
from collector.store.migrate import SchemaError, migrate
from console import browser_code, first_inventory, settings
from console.addresses import AddressError, Listen, claim, parse
from console.first_inventory import Office
from console.settings import Settings, SettingsError

FREE_BYTES_LEAST = 256 * 1024 * 1024
"""Less would not hold a day of reports, and a full disk stops the agents' acknowledgements."""

OWN_INVENTORY = "office.yaml"
"""In the state folder, of an office that began without a file: made on its first page, `/start`."""

DEFAULT_LISTEN = "0.0.0.0:8443"


class PreflightError(Exception):
    """Every problem found, one sentence a line for the operator."""


@dataclass(frozen=True)
class Wish:
    """What the command line asked for; None: as before, or the default."""

    folder: Path
    inventory: Path | None
    listen: str | None
    database: str | None


@dataclass
class Ready:
    """What was found to be good. The lock is held until the process ends."""

    folder: Path
    settings: Settings
    inventory: Inventory
    listen: Listen
    lock: int
    first_inventory: bytes | None = None
    """What to begin with where there is no inventory yet; written once all else was found good."""


def check(wish: Wish) -> Ready:
    """Look at everything in the order in which it would fail. Raises PreflightError."""
    try:
        before = settings.load(wish.folder) if (wish.folder / "settings.json").exists() else None
        listen = parse(wish.listen or (before.listen if before else DEFAULT_LISTEN))
    except (SettingsError, AddressError) as error:
        raise PreflightError(str(error)) from error
    path, inventory, first = _inventory(wish, before)
    if before and before.site != inventory.site.id:
        raise PreflightError(
            f"{wish.folder} belongs to the site {before.site}, but {path} describes"
            f" {inventory.site.id}: name another folder with --state"
        )
    if missing := browser_code.missing():
        raise PreflightError(
            f"the pages' browser code is missing ({', '.join(missing)} in console/static/vendor):"
            " run scripts/run from the checkout, which fetches it by its lock file"
        )
    if shutil.which(os.environ.get("RESTIC", "restic")) is None:
        raise PreflightError(
            "restic is missing, so no backup could be made or proved:"
            " install it first (Debian, Ubuntu: apt install restic)"
        )
    lock = _own_folder(wish.folder)
    try:
        claim(listen)
    except AddressError as error:
        os.close(lock)
        raise PreflightError(
            f"{error}; stop what uses it, or name another with --listen"
        ) from error
    database = wish.database or (before.database if before else _sqlite(wish.folder))
    wanted = Settings(
        version=settings.VERSION,
        inventory=str(path.resolve()),
        database=database,
        listen=str(listen),
        site=inventory.site.id,
    )
    return Ready(wish.folder, wanted, inventory, listen, lock, first)


def open_store(database: str) -> Store:
    """Reach the database and bring its schema up to date. Raises PreflightError."""
    try:
        store = connect(database)
        with store.read():
            pass
        migrate(store)
    except SchemaError as error:
        raise PreflightError(str(error)) from error
    except (SQLAlchemyError, ImportError) as error:
        # The driver's own words can hold the URL with its password: only the last line's cause.
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise PreflightError(
            f"the database can't be reached: {_without_url(cause, database)}"
        ) from error
    return store


def _inventory(wish: Wish, before: Settings | None) -> tuple[Path, Inventory, bytes | None]:
    beside = Path("inventory.yaml")
    path = wish.inventory or (Path(before.inventory) if before else beside)
    if not (wish.inventory or before or beside.exists()):
        own = wish.folder / OWN_INVENTORY
        if not own.exists():
            content = first_inventory.written(Office(), first_inventory.draft(()), EPOCH).encode()
            return own, parse_inventory(content), content
        path = own
    if not path.exists():
        raise PreflightError(f"there is no inventory at {path}: name it with --inventory FILE")
    try:
        return path, load(path), None
    except InventoryError as error:
        raise PreflightError(str(error)) from error


def _own_folder(folder: Path) -> int:
    """Make the folder ours alone, with room to write; returns the lock's descriptor."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise PreflightError(_refused(folder, error)) from error
    try:
        _lock(folder, lock)
        _write_a_little(folder)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        free_bytes = shutil.disk_usage(folder).free
    except PreflightError:
        os.close(lock)
        raise
    except OSError as error:
        os.close(lock)
        raise PreflightError(_refused(folder, error)) from error
    if free_bytes < FREE_BYTES_LEAST:
        os.close(lock)
        raise PreflightError(
            f"the disk of {folder} is full: {free_bytes // 1024**2} MiB are free,"
            f" at least {FREE_BYTES_LEAST // 1024**2} MiB are needed"
        )
    return lock


def _lock(folder: Path, lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(lock, 32, 0).decode(errors="replace").strip() or "unknown"
        raise PreflightError(
            f"wardwatch is already running on {folder} (process {holder})"
        ) from None


def _write_a_little(folder: Path) -> None:
    trial = folder / "trial"
    try:
        with trial.open("wb") as file:
            file.write(bytes(65536))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise PreflightError(_refused(folder, error)) from error
    finally:
        trial.unlink(missing_ok=True)


def _refused(folder: Path, error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"the disk of {folder} is full: nothing can be written to it"
    return f"the state folder {folder} can't be written to: {(error.strerror or '').lower()}"


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder.resolve()}/wardwatch.sqlite"


def _without_url(words: str, url: str) -> str:
    secret = url.partition("://")[2].partition("@")[0]
    return words.replace(url, "***").replace(secret, "***") if "@" in url else words
