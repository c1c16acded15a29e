"""Reports as one sealed file, for a PC that has no network: carried on a stick, never deleted here."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent.sending import LARGEST_BYTES
from agent.settings import Settings
from agent.spool import Spool

VERSION = 1
WISH = "joining.json"
"""In the agent's folder, from joining without a network until the collector has answered."""
Wish = Mapping[str, str]


class CarryingError(Exception):
    """The file could not be written; the spool holds all that it held."""


def placed(place: Path, agent: str) -> Path:
    """The file as it was named; in a folder (the stick) one name for each agent.

    Letters, digits and `-` alone, and no two that differ by case: FAT keeps them.
    """
    return place / f"wardwatch-reports-{agent}.gz" if place.is_dir() else place


def export(spool: Spool, settings: Settings, path: Path, at: str, wish: Wish | None = None) -> int:
    """Write all that waits into a file; how many reports. Raises `CarryingError`, `SpoolError`.

    Nothing leaves the spool: a stick gets lost, and what is sent again is stored once. `wish` asks
    the collector to let this PC in.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # of a stick that was pulled out while it was written
        with fresh.open("xb") as file:
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                count = _write(packed, spool, settings, at, wish)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _settle(path.parent)
    except OSError as problem:
        raise CarryingError(f"cannot write {path}: {problem.strerror}") from problem
    finally:
        with contextlib.suppress(OSError):  # it is in its place by now, or the stick has gone
            fresh.unlink(missing_ok=True)
    return count


def keep_wish(state: Path, asked: Wish) -> None:
    """Keep what asks the collector to let this PC in. Raises OSError."""
    fresh = state / f".{WISH}.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asked, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(state / WISH)


def wish(state: Path) -> Wish | None:
    """What asks the collector to let this PC in; None once it did, or for a PC with a network."""
    try:
        told = json.loads((state / WISH).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise CarryingError(f"cannot read {state / WISH}; join again: {problem}") from problem
    return {str(name): str(value) for name, value in told.items()}


def _write(
    packed: gzip.GzipFile, spool: Spool, settings: Settings, at: str, wish: Wish | None
) -> int:
    header = {"wardwatch": "carried", "version": VERSION, "agent": settings.agent, "at": at}
    asking = {"join": dict(wish)} if wish else {}
    seal = hmac.new(signing_key(settings.secret), digestmod=hashlib.sha256)
    count = 0
    for seqs, line in [((), json.dumps({**header, **asking}).encode()), *_bodies(spool)]:
        packed.write(line + b"\n")
        seal.update(line + b"\n")
        count += len(seqs)
    packed.write(f"{seal.hexdigest()}\n".encode())
    return count


def _bodies(spool: Spool) -> Iterator[tuple[tuple[int, ...], bytes]]:
    """Bodies as they would be sent: JSON on one line."""
    after = 0
    while batch := spool.batch(LARGEST_BYTES, after):
        yield batch.seqs, batch.body
        after = batch.seqs[-1]


def _settle(folder: Path) -> None:
    """The new name too is on the stick before anybody is told so."""
    if os.name == "nt":  # Windows opens no folder, and its rename is durable with the file
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def signing_key(secret: str) -> bytes:
    """SHA-256 of the agent's key: the most that the collector knows of it."""
    return hashlib.sha256(bytes.fromhex(secret)).digest()
