"""Takes the collector's answer from a stick: what it has stored is deleted here, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from agent.carrying import signing_key
from agent.settings import Settings
from agent.spool import Spool

VERSION = 1
FILE_BYTES = 1024 * 1024
Ranges = tuple[tuple[int, int], ...]


class TakingError(Exception):
    """The answer is none for this PC; the spool holds all that it held."""


class Stored(NamedTuple):
    """What the collector holds of this agent's: by epoch, first and last number of each run."""

    asset: str
    epochs: Mapping[str, Ranges]


def placed(place: Path, agent: str) -> Path:
    """The file as it was named; in a folder (the stick) the one of this agent."""
    return place / f"wardwatch-stored-{agent}.json" if place.is_dir() else place


def read(path: Path, settings: Settings) -> Stored:
    """The answer, once it is certain that this agent's collector wrote it. Raises `TakingError`."""
    try:
        with path.open("rb") as file:
            text = file.read(FILE_BYTES + 1)
    except FileNotFoundError as problem:
        raise TakingError(f"no answer of the collector: {path}") from problem
    except OSError as problem:
        raise TakingError(f"cannot read {path}: {problem.strerror}") from problem
    line, _, seal = text.partition(b"\n")
    try:
        told = json.loads(line)
        known, version, agent = told["wardwatch"] == "stored", told["version"], told["agent"]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise TakingError(f"not an answer of the collector, or a damaged one: {path}") from problem
    if not known:
        raise TakingError(f"not an answer of the collector, or a damaged one: {path}")
    if agent != settings.agent:
        raise TakingError(
            f"the answer is for another PC ({agent}), not for {settings.agent}: {path}"
        )
    key = signing_key(settings.secret)
    right = hmac.new(key, line + b"\n", hashlib.sha256).hexdigest().encode()
    if not hmac.compare_digest(right, seal.rstrip(b"\r\n")):
        raise TakingError(f"the answer was changed, or another collector wrote it: {path}")
    if version != VERSION:
        raise TakingError(f"an answer of another version of wardwatch: {path}")
    return _stored(told, path)


def _stored(told: Mapping[str, object], path: Path) -> Stored:
    try:
        epochs = {
            str(epoch): tuple((int(first), int(last)) for first, last in runs)
            for epoch, runs in dict(told["epochs"]).items()  # type: ignore[call-overload]
        }
    except (ValueError, KeyError, TypeError) as problem:
        raise TakingError(f"the answer does not say what is stored: {path}") from problem
    return Stored(str(told.get("asset") or ""), epochs)


def take(spool: Spool, stored: Stored) -> int:
    """Delete what is stored; how many reports that were. Raises `TakingError`, `SpoolError`.

    Taken again, or after the same was sent over a network, it finds nothing to delete. What a
    spool before this one had numbered is none of this one's.
    """
    runs = stored.epochs.get(spool.epoch, ())
    # A number that was never given here: the disk was set back, and what is stored under the
    # numbers since then may be something else.
    if any(last > spool.accepted() for _, last in runs):
        raise TakingError(
            "the answer names reports that this PC never wrote: its disk was set back to an older"
            " state; join this PC again"
        )
    return spool.acknowledge(spool.epoch, _numbers(runs))


def _numbers(runs: Ranges) -> Iterator[int]:
    for first, last in runs:
        yield from range(first, last + 1)
