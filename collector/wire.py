"""What comes over the wire and what is answered, as strict structs; bodies stay as they came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from collector.neighbours import Mac
from collector.readings import Gap

VERSION: Literal[1] = 1
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)  # older than the software: the PC's clock was not set
FUTURE = timedelta(days=1)  # a clock that is further ahead tells nothing

Hex32 = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Hex64 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Kind = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,31}$")]
Seq = Annotated[int, Meta(ge=1, le=2**53)]
Hostname = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,253}$")]


class WireError(Exception):
    """A body that does not keep to the contract; says what and where."""


class JoinRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/join`: the agent keeps its key and shows only the key's hash."""

    version: Literal[1]
    token: Annotated[str, Meta(max_length=64)]
    key_sha256: Hex64
    hostname: Hostname
    system: Literal["linux", "windows"]


class JoinAnswer(Struct, frozen=True):
    """The agent's name from now on, and the machine that it speaks for once that is known."""

    agent: str
    asset: str | None
    state: Literal["approved", "pending"]
    lines: Any = None
    """What the PC pins of the office's Internet lines: line.json, see `collector.lines.pins`."""
    escrow: bool = False
    """This PC has a repository of its own: it makes the password, and hands it in."""


class Report(Struct, frozen=True):
    """One reading as it was sent. Fields that we do not know are kept in the stored body."""

    seq: Seq
    kind: Kind
    section: Raw
    at: Any = None
    """RFC 3339 by the PC's clock, when it is sound; see `instant`."""
    gaps: tuple[Gap, ...] = ()
    cpu_seconds: float = 0.0


class Batch(Struct, frozen=True):
    """`POST /v1/reports`, with each report's own bytes untouched."""

    version: Literal[1]
    epoch: Hex32
    reports: Annotated[tuple[Raw, ...], Meta(min_length=1, max_length=20_000)]


class Ask(Struct, frozen=True):
    """One thing that the collector asks of the agent, from a closed list."""

    id: int
    job: str
    argument: str | None = None


class BatchAnswer(Struct, frozen=True):
    """Sent after the commit only: these numbers are stored, the agent may let go of them."""

    batch: str
    """Lower-case hex SHA-256 of the decompressed body."""
    epoch: str
    seqs: tuple[int, ...]
    asks: tuple[Ask, ...] = ()
    neighbours: Annotated[tuple[Mac, ...], Meta(max_length=64)] | UnsetType = UNSET
    """PCs of the office that are missed; the agent tells which of them it sees. Unset: none is."""
    lines: Annotated[tuple[str, ...], Meta(max_length=8)] | UnsetType = UNSET
    """The lines that this PC is to look at every minute, as pinned on it. Unset: none."""


_BATCH = msgspec.json.Decoder(Batch)
_REPORT = msgspec.json.Decoder(Report)
_JOIN = msgspec.json.Decoder(JoinRequest)


def batch(body: bytes) -> tuple[Batch, tuple[Report, ...]]:
    """Understand a batch: its reports as sent, and the same reports typed. Raises WireError."""
    try:
        body.decode("utf-8", "strict")  # inside a Raw nothing else looks at it
        found = _BATCH.decode(body)
        return found, tuple(_REPORT.decode(raw) for raw in found.reports)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error


def report(body: bytes | str) -> Report:
    """Understand one stored report. Raises WireError."""
    try:
        return _REPORT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error


def join_request(body: bytes) -> JoinRequest:
    """Understand a request to join. Raises WireError."""
    try:
        return _JOIN.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error


def instant(at: Any, received_at: datetime) -> tuple[datetime, Gap | None]:
    """When a reading was taken: by the PC's clock if that is sound, else when it was received."""
    try:
        read = datetime.fromisoformat(at)
        sound = read.tzinfo is not None and EARLIEST <= read <= received_at + FUTURE
    except (TypeError, ValueError, OverflowError):
        sound = False
    if sound:
        return read.astimezone(UTC), None
    shown = at[:40] if isinstance(at, str) else type(at).__name__
    return received_at, Gap("at", f"the clock of the PC is not sound: {shown}")
