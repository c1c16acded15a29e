"""The fleet's metrics as text: Prometheus exposition format 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

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
    lines: bytes


def render(families: Iterable[Family | Block]) -> bytes:
    """Every family once. Of two samples with the same labels the first stays: twice is an error.

    Values of labels come from PCs: whatever they hold, they stay inside their quotes.
    """
    parts: list[bytes] = []
    for family in families:
        made = family if isinstance(family, Block) else block(family)
        parts += (_head(made), made.lines)
    return b"".join(parts)


def block(family: Family) -> Block:
    """The same with its lines made, for what seldom changes."""
    return Block(family.name, family.kind, family.help, lines(family.name, family.samples))


def lines(name: str, samples: Iterable[Sample]) -> bytes:
    """One line for each sample; of two with the same labels the first stays."""
    made: dict[str, str] = {}
    for sample in samples:
        series = f"{name}{_labels(sample.labels)}"
        made.setdefault(series, f"{series} {_number(sample.value)}\n")
    return "".join(made.values()).encode("utf-8", "replace")


def _head(family: Block) -> bytes:
    return (
        f"# HELP {family.name} {family.help.translate(_HELP_ESCAPES)}\n"
        f"# TYPE {family.name} {family.kind}\n"
    ).encode("utf-8", "replace")


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}"


@lru_cache(16_384)
def _escaped(value: str) -> str:
    # A machine's name stands in each of its fifty lines, a mount's in those of every machine.
    return value.translate(_ESCAPES)


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(int(value))
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)
