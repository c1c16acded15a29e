"""Takes in the file that a PC without a network wrote: checked as a whole, then stored once."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from collector import asks, carried_joining
from collector.audit import append
from collector.body import LIMIT_BYTES
from collector.carried_answer import Answer, Numbers
from collector.carried_joining import Wish
from collector.ingest import AGENT, understood
from collector.inventory.model import Inventory
from collector.quarantine import TAKEN
from collector.store.database import Store
from collector.store.tables import agents
from collector.wire import WireError
from collector.writing import write

VERSION = 1
MOST_LINES = 4096
"""Of half a MiB each: thirty times what an agent's spool may hold."""
FILE_BYTES = 256 * 1024 * 1024
"""Packed: four times what an agent's spool may hold."""
ALIEN = "not a file of `wardwatch-agent export`"


class CarriedError(Exception):
    """Nothing of the file was stored; says why."""


class Header(Struct, frozen=True):
    """The first line. `join` asks to be let in: it comes until the agent has an answer."""

    wardwatch: str
    version: int
    agent: str
    join: Wish | None = None


@dataclass(frozen=True)
class Imported:
    """What became of a file's reports, and the answer that the stick carries back."""

    agent: str
    asset: str
    new: int
    repeated: int
    conflicting: int
    joined: bool
    """Whether this file let the PC in."""
    answer: Answer


def take_in(store: Store, path: Path, now: datetime, actor: str, inventory: Inventory) -> Imported:
    """Check the file to its last sign, then store all of it in one commit. Raises `CarriedError`."""
    packed = _read(path)
    header = _header(next(_lines(packed), b""))
    _whole(packed)
    with store.write() as connection:
        key_hash, asset, joined = _known(connection, header, now, inventory)
        _check(packed, key_hash, header.agent)
        counts, numbers = _stored(connection, header.agent, packed, now)
        append(connection, now, actor, "reports-imported", {"agent": header.agent, **counts})
    answer = Answer(header.agent, asset, now, numbers.runs(), key_hash)
    return Imported(header.agent, asset, **counts, joined=joined, answer=answer)


def _read(path: Path) -> bytes:
    """All of it at once: what is checked is what is stored, also when the stick is pulled out."""
    try:
        with path.open("rb") as file:
            packed = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise CarriedError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(packed) > FILE_BYTES:
        raise CarriedError(f"{path} is larger than {FILE_BYTES} bytes: {ALIEN}")
    return packed


def _known(
    connection: Connection, header: Header, now: datetime, inventory: Inventory
) -> tuple[bytes, str, bool]:
    """The key's hash and the machine of the agent, who may be let in by this very file."""
    row = connection.execute(
        select(agents.c.key_hash, agents.c.state, agents.c.asset).where(agents.c.id == header.agent)
    ).first()
    if row is None and header.join is not None:
        try:
            key_hash, asset = carried_joining.admit(
                connection, now, inventory, header.agent, header.join
            )
        except carried_joining.WishError as error:
            raise CarriedError(str(error)) from error
        return key_hash, asset, True
    if row is None or row.state not in TAKEN:
        state = "not known" if row is None else row.state
        raise CarriedError(
            f"agent {header.agent} is {state} here, not approved:"
            " see `wardwatch agents list`; the PC keeps its reports"
        )
    return bytes(row.key_hash), str(row.asset), False


def _check(packed: bytes, key_hash: bytes, agent: str) -> None:
    seal = hmac.new(key_hash, digestmod=hashlib.sha256)
    last = b""
    for line in _lines(packed):
        seal.update(last)
        last = line
    if not hmac.compare_digest(seal.hexdigest().encode(), last.rstrip(b"\n")):
        raise CarriedError(f"the file was changed, or agent {agent} did not write it")


def _stored(
    connection: Connection, agent: str, packed: bytes, now: datetime
) -> tuple[dict[str, int], Numbers]:
    """Body by body, so that three months of a PC need no memory for more than one."""
    counts = Counter(new=0, repeated=0, conflicting=0)
    numbers = Numbers()
    for body in _bodies(packed):
        try:
            batch = understood(agent, body, now)[0]
        except WireError as error:
            raise CarriedError(f"not a batch of reports: {error}") from error
        done = write(connection, [batch])[0]
        asks.hand_back(connection, done.asks)  # a stick carries none: the next request shall
        counts.update(new=done.new, repeated=done.repeated, conflicting=done.conflicting)
        numbers.add(batch.epoch, (row.seq for row in batch.rows))
    return dict(counts), numbers


def _whole(packed: bytes) -> None:
    """Unpack it once before anything is looked up: a torn file says that it is torn."""
    if sum(1 for _ in _lines(packed)) < 2:
        raise CarriedError("not a whole file of `wardwatch-agent export`")


def _bodies(packed: bytes) -> Iterator[bytes]:
    """What stands between the header and the seal."""
    lines = _lines(packed)
    next(lines)
    held = next(lines)
    for line in lines:
        yield held.rstrip(b"\n")
        held = line


def _header(line: bytes) -> Header:
    try:
        header = msgspec.json.decode(line, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CarriedError(ALIEN) from error
    if header.wardwatch != "carried" or not AGENT.fullmatch(header.agent):
        raise CarriedError(ALIEN)
    if header.version != VERSION:
        raise CarriedError(f"a file of version {header.version}; this collector knows {VERSION}")
    return header


def _lines(packed: bytes) -> Iterator[bytes]:
    """Line by line from the start, unpacked: no file, however made, fills memory or runs for ever."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            for _ in range(MOST_LINES):
                line = file.readline(LIMIT_BYTES + 1)
                if not line:
                    return
                if len(line) > LIMIT_BYTES:
                    raise CarriedError(f"a line is longer than {LIMIT_BYTES} bytes")
                yield line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CarriedError("not a whole file of `wardwatch-agent export`") from error
    raise CarriedError(f"more than {MOST_LINES} lines")
