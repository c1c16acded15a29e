"""Takes in the file that a PC without a network wrote: checked as a whole, then stored once."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from collector.audit import append
from collector.body import LIMIT_BYTES
from collector.ingest import AGENT, understood
from collector.store.database import Store
from collector.store.tables import agents
from collector.wire import WireError
from collector.writing import Batch, write

VERSION = 1
SEAL_SIGNS = 64
MOST_LINES = 4096
"""Of half a MiB each: thirty times what an agent's spool may hold."""


class CarriedError(Exception):
    """Nothing of the file was stored; says why."""


@dataclass(frozen=True)
class Imported:
    """What became of a file's reports."""

    agent: str
    asset: str
    new: int
    repeated: int
    conflicting: int


def take_in(store: Store, path: Path, now: datetime, actor: str) -> Imported:
    """Check the file to its last sign, then store all of it in one commit. Raises `CarriedError`."""
    try:
        with path.open("rb") as file:
            agent = _agent(next(_lines(file), b""))
            _check(store, agent, file)
            batches = [_understood(agent, body, now) for body in _bodies(file)]
    except OSError as error:
        raise CarriedError(f"{path} cannot be read: {error.strerror or error}") from error
    with store.write() as connection:
        stored = write(connection, batches)
        if not all(one.approved for one in stored):
            raise CarriedError(f"agent {agent} is not approved")
        asset = connection.execute(select(agents.c.asset).where(agents.c.id == agent)).scalar_one()
        counts = {
            name: sum(getattr(one, name) for one in stored)
            for name in ("new", "repeated", "conflicting")
        }
        append(connection, now, actor, "reports-imported", {"agent": agent, **counts})
    return Imported(agent, asset, **counts)


def _check(store: Store, agent: str, file: BinaryIO) -> None:
    with store.read() as connection:
        row = connection.execute(
            select(agents.c.key_hash, agents.c.state).where(agents.c.id == agent)
        ).first()
    if row is None or row.state != "approved":
        raise CarriedError(f"agent {agent} is not approved here")
    seal = hmac.new(bytes(row.key_hash), digestmod=hashlib.sha256)
    last = b""
    for line in _lines(file):
        seal.update(last)
        last = line
    if not hmac.compare_digest(seal.hexdigest().encode(), last.rstrip(b"\n")):
        raise CarriedError(f"the file was changed, or agent {agent} did not write it")


def _bodies(file: BinaryIO) -> Iterator[bytes]:
    """What stands between the header and the seal."""
    lines = _lines(file)
    next(lines)
    held = next(lines)
    for line in lines:
        yield held.rstrip(b"\n")
        held = line


def _understood(agent: str, body: bytes, now: datetime) -> Batch:
    try:
        return understood(agent, body, now)[0]
    except WireError as error:
        raise CarriedError(f"not a batch of reports: {error}") from error


def _agent(header: bytes) -> str:
    try:
        told = json.loads(header)
        version, agent = told["version"], str(told["agent"])
        known = told["wardwatch"] == "carried"
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CarriedError("not a file of `wardwatch-agent export`") from error
    if not known or not AGENT.fullmatch(agent):
        raise CarriedError("not a file of `wardwatch-agent export`")
    if version != VERSION:
        raise CarriedError(f"a file of version {version}; this collector knows {VERSION}")
    return agent


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Line by line from the start, unpacked: no file, however made, fills memory or runs for ever."""
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            for _ in range(MOST_LINES):
                line = packed.readline(LIMIT_BYTES + 1)
                if not line:
                    return
                if len(line) > LIMIT_BYTES:
                    raise CarriedError(f"a line is longer than {LIMIT_BYTES} bytes")
                yield line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CarriedError("not a whole file of `wardwatch-agent export`") from error
    raise CarriedError(f"more than {MOST_LINES} lines")
