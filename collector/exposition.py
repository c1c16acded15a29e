"""The fleet's metrics as text: Prometheus exposition format 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from collector.packing import Piece

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One series now."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """All series of one name; the name of a counter ends in `_total`."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A family whose lines were made beforehand, by `lines`; no two of the same labels."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    pieces: tuple[Piece, ...]


def render(families: Iterable[Family | Block]) -> bytes:
    """Every family once. Of two samples with the same labels the first stays: twice is an error.

    Values of labels come from PCs: whatever they hold, they stay inside their quotes.
    """
    return b"".join([piece.text for piece in pieces(families)])


def pieces(families: Iterable[Family | Block]) -> Iterator[Piece]:
    """The same in pieces; those of a Block as they were kept, packed if they ever were."""
    made_now: list[bytes] = []
    for family in families:
        made_now.append(_head(family))
        if isinstance(family, Family):
            made_now.append(lines(family.name, family.samples))
            continue
        yield Piece(b"".join(made_now))
        yield from family.pieces
        made_now = []
    yield Piece(b"".join(made_now))


def block(family: Family) -> Block:
    """The same with its lines made, for what seldom changes."""
    made = Piece(lines(family.name, family.samples))
    return Block(family.name, family.kind, family.help, (made,))


def lines(name: str, samples: Iterable[Sample]) -> bytes:
    """One line for each sample; of two with the same labels the first stays."""
    made: dict[str, str] = {}
    for sample in samples:
        series = f"{name}{_labels(sample.labels)}"
        made.setdefault(series, f"{series} {_number(sample.value)}\n")
    return "".join(made.values()).encode("utf-8", "replace")


def lines_of(name: str, common: str, values: Iterable[tuple[Mapping[str, str], float]]) -> bytes:
    """As `lines` makes them, where all samples begin with the same labels (see `labels`)."""
    made: dict[str, float] = {}
    for more, value in values:
        pairs = "".join([f',{label}="{_escaped(text)}"' for label, text in more.items()])
        made.setdefault(pairs, value)
    begin = f"{name}{{{common}"
    text = "".join([f"{begin}{pairs}}} {_number(value)}\n" for pairs, value in made.items()])
    return text.encode("utf-8", "replace")


def labels(pairs: Mapping[str, str]) -> str:
    """Labels as they stand between the brackets of a line."""
    return ",".join([f'{name}="{_escaped(value)}"' for name, value in pairs.items()])


def _head(family: Family | Block) -> bytes:
    return (
        f"# HELP {family.name} {family.help.translate(_HELP_ESCAPES)}\n"
        f"# TYPE {family.name} {family.kind}\n"
    ).encode("utf-8", "replace")


def _labels(pairs: Mapping[str, str]) -> str:
    return f"{{{labels(pairs)}}}" if pairs else ""


@lru_cache(16_384)
def _escaped(value: str) -> str:
    # A machine's name stands in each of its fifty lines, a mount's in those of every machine.
    return value.translate(_ESCAPES)


def _number(value: float) -> str:
    if type(value) is int:  # most are, and this is the quicker question
        return str(value)
    if isinstance(value, int):
        return str(int(value))
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)
