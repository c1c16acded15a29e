"""Reports as one signed file, for a PC that has no network: carried on a stick, never deleted here."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from pathlib import Path

from agent.sending import LARGEST_BYTES
from agent.settings import Settings
from agent.spool import Spool

VERSION = 1


class CarryingError(Exception):
    """The file could not be written; the spool holds all that it held."""


def export(spool: Spool, settings: Settings, path: Path, at: str) -> int:
    """Write all that waits into a file; how many reports. Raises `CarryingError`, `SpoolError`.

    Nothing leaves the spool: a stick gets lost, and what is sent again is stored once.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("xb") as file:
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                count = _write(packed, spool, settings, at)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as problem:
        raise CarryingError(f"cannot write {path}: {problem.strerror}") from problem
    finally:
        with contextlib.suppress(OSError):  # it is in its place by now, or the stick has gone
            fresh.unlink(missing_ok=True)
    return count


def _write(packed: gzip.GzipFile, spool: Spool, settings: Settings, at: str) -> int:
    header = {"wardwatch": "carried", "version": VERSION, "agent": settings.agent, "at": at}
    seal = hmac.new(signing_key(settings.secret), digestmod=hashlib.sha256)
    count = 0
    for seqs, line in [((), json.dumps(header).encode()), *_bodies(spool)]:
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


def signing_key(secret: str) -> bytes:
    """SHA-256 of the agent's key: the most that the collector knows of it."""
    return hashlib.sha256(bytes.fromhex(secret)).digest()
