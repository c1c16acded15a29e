"""What is read of the Internet lines, from the collector and from PCs: looks, votes, speed tests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from collector.readings import Natural, Whole

Ratio = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=3600)]
Short = Annotated[str, Meta(max_length=300)]
Rate = Annotated[float, Meta(ge=0, le=1e13)]


class Target(Struct, frozen=True):
    """One address asked once or several times: None seconds means that it never answered."""

    target: Short
    latency_seconds: Seconds | None = None
    error: Short | None = None
    jitter_seconds: Seconds | None = None
    loss_ratio: Ratio | None = None
    """None: as told by a version that asked once."""
    asked: Annotated[int, Meta(ge=1, le=1000)] = 1

    @property
    def lost(self) -> float:
        """How many of the questions stayed without an answer in time."""
        if self.loss_ratio is None:
            return 0.0 if self.latency_seconds is not None else 1.0
        return self.loss_ratio * self.asked


class LineReading(Struct, frozen=True):
    """One look at an Internet line from the collector."""

    line: str
    at: datetime
    up: bool
    targets: tuple[Target, ...]
    gateway: Target | None = None
    hop: Target | None = None
    name_servers: tuple[Target, ...] = ()
    services: tuple[Target, ...] = ()
    link_up: bool | None = None
    """Whether the collector's own cable is in."""
    public_address: str | None = None


class Link(Struct, frozen=True):
    """`line.link`: the interface towards the gateway."""

    name: Short | None = None
    up: bool | None = None
    kind: Short | None = None


class LineSeen(Struct, frozen=True):
    """`line.lines[]`: one pinned line as a PC found it."""

    line: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
    targets: Annotated[tuple[Target, ...], Meta(max_length=16)] = ()
    hop: Target | None = None
    http: Annotated[tuple[Target, ...], Meta(max_length=16)] = ()


class LineVote(Struct, frozen=True):
    """Probe `line`: what a PC found when it was asked to look at the lines."""

    link: Link | None = None
    gateway: Target | None = None
    dns: Annotated[tuple[Target, ...], Meta(max_length=16)] = ()
    lines: Annotated[tuple[LineSeen, ...], Meta(max_length=8)] = ()
    public_address: Short | None = None


class Bandwidth(Struct, frozen=True):
    """Kind `bandwidth`: the receipt of one speed test. Without rates, `error` says why."""

    line: str
    provider: Short
    server: Short | None = None
    scope: Literal["lan", "internet"] | None = None
    down_bits_per_second: Rate | None = None
    up_bits_per_second: Rate | None = None
    latency_seconds: Seconds | None = None
    jitter_seconds: Seconds | None = None
    loaded_latency_seconds: Seconds | None = None
    bytes_used: Natural | None = None
    generation: Whole | None = None
    job: Whole | None = None
    error: Annotated[str, Meta(max_length=1000)] | None = None
