"""What goes back to a PC without a network: which of its reports are stored, under the agent's seal."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

VERSION = 1
Runs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Answer:
    """Of each epoch the first and last number of every run that is stored. True for ever."""

    agent: str
    asset: str
    at: datetime
    epochs: Mapping[str, Runs]
    key_hash: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """By which the agent finds it on the stick; a name that FAT can keep."""
        return f"wardwatch-stored-{self.agent}.json"

    def text(self) -> bytes:
        """A line of JSON, and HMAC-SHA-256 of it by the SHA-256 of the agent's key."""
        told = {
            "wardwatch": "stored",
            "version": VERSION,
            "agent": self.agent,
            "asset": self.asset,
            "at": self.at,
            "epochs": self.epochs,
        }
        line = msgspec.json.encode(told) + b"\n"
        return line + hmac.new(self.key_hash, line, hashlib.sha256).hexdigest().encode() + b"\n"

    def write(self, folder: Path) -> Path:
        """Put it beside the file that came. Raises OSError; what is stored stays stored."""
        path = folder / self.name
        fresh = folder / f".{self.name}.new"
        try:
            with fresh.open("wb") as file:
                file.write(self.text())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        return path


class Numbers:
    """Numbers of reports by epoch, as runs: a file of a week's loads is one run."""

    def __init__(self) -> None:
        self._seqs: dict[str, set[int]] = {}

    def add(self, epoch: str, seqs: Iterable[int]) -> None:
        """Note that these are stored."""
        self._seqs.setdefault(epoch, set()).update(seqs)

    def runs(self) -> dict[str, Runs]:
        """First and last of each run, in order."""
        return {epoch: tuple(_runs(seqs)) for epoch, seqs in self._seqs.items()}


def _runs(seqs: set[int]) -> Iterable[tuple[int, int]]:
    first = last = None
    for seq in sorted(seqs):
        if first is None or last is None:
            first = seq
        elif seq != last + 1:
            yield first, last
            first = seq
        last = seq
    if first is not None and last is not None:
        yield first, last
