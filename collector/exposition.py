"""The fleet's metrics as text: Prometheus exposition format 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


def render(families: Iterable[Family]) -> bytes:
    """Every family once. Of two samples with the same labels the first stays: twice is an error.

    Values of labels come from PCs: whatever they hold, they stay inside their quotes.
    """
    return "".join(_family(family) for family in families).encode("utf-8", "replace")


def _family(family: Family) -> str:
    head = (
        f"# HELP {family.name} {family.help.translate(_HELP_ESCAPES)}\n"
        f"# TYPE {family.name} {family.kind}\n"
    )
    lines: dict[str, str] = {}
    for sample in family.samples:
        series = f"{family.name}{_labels(sample.labels)}"
        lines.setdefault(series, f"{series} {_number(sample.value)}\n")
    return head + "".join(lines.values())


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{pairs}}}"


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(int(value))
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)
