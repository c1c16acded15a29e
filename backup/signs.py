"""Signs of ransomware in one run of a set, held against the set's own history: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Kind = Literal["mass-change", "entropy", "canary"]

MASS_RATIO = 0.3
"""Changed and removed files, of those that were there: an office rewrites a tenth on its worst day."""
MASS_TIMES = 3
"""A set that is rewritten each day is held against its own days."""
MASS_FILES = 10
"""Fewer are somebody's work."""
ENTROPY_JUMP = 0.2
"""Of the sample, more than usual look encrypted."""
SAMPLE_LEAST = 8
LOST_FILES, LOST_RATIO = 5, 0.02
"""With less changed and removed, evenness came with new files: photos, archives, films."""
HISTORY = 30
"""Runs looked back at; who encrypts slowly is held against the middle of them."""


@dataclass(frozen=True)
class Change:
    """What one run found, beside the run before it."""

    before: int | None
    """Files of the run before, of the same pins; None where there is none to hold it against."""
    changed: int | None
    """None: told by a receipt that does not count them."""
    unmodified: int | None
    sampled: int = 0
    encrypted: int = 0
    """Files of the sample that look encrypted."""
    canaries: tuple[str, ...] = ()
    """Those that are changed or gone, by their path."""
    watched: int = 0
    """Canaries that could be looked at."""

    @property
    def lost(self) -> int | None:
        """Files that are not as they were: changed, or no more there. None: not known."""
        if self.before is None or self.changed is None or self.unmodified is None:
            return None
        return self.changed + max(0, self.before - self.changed - self.unmodified)

    @property
    def lost_ratio(self) -> float | None:
        """The same as a share of what was there."""
        lost = self.lost
        return None if lost is None or not self.before else lost / self.before

    @property
    def encrypted_ratio(self) -> float | None:
        """None where the sample is too small to tell."""
        return self.encrypted / self.sampled if self.sampled >= SAMPLE_LEAST else None


@dataclass(frozen=True)
class Sign:
    """One sign, in words that stand in the hold."""

    kind: Kind
    detail: str


@dataclass(frozen=True)
class Judged:
    """Signs that were found, and those that could not be looked for."""

    signs: tuple[Sign, ...]
    unknown: tuple[Kind, ...]


def judged(now: Change, history: Sequence[Change]) -> Judged:
    """`history` is of the same set, newest last, without `now`."""
    past = history[-HISTORY:]
    found = {
        "mass-change": _mass(now, past),
        "entropy": _entropy(now, past),
        "canary": _canary(now),
    }
    return Judged(
        tuple(one for one in found.values() if isinstance(one, Sign)),
        tuple(kind for kind, one in found.items() if one is None),  # type: ignore[misc] # literals
    )


def _mass(now: Change, past: Sequence[Change]) -> Sign | bool | None:
    lost, ratio = now.lost, now.lost_ratio
    if lost is None or ratio is None:
        return None
    usual = _usual([one.lost_ratio for one in past]) * MASS_TIMES
    if lost < MASS_FILES or ratio < max(MASS_RATIO, usual):
        return False
    return Sign("mass-change", f"{lost} of {now.before} files changed or removed, {ratio:.0%}")


def _entropy(now: Change, past: Sequence[Change]) -> Sign | bool | None:
    ratio, lost = now.encrypted_ratio, now.lost
    if ratio is None or lost is None or not now.before:
        return None
    if lost < max(LOST_FILES, now.before * LOST_RATIO):
        return False
    if ratio < _usual([one.encrypted_ratio for one in past]) + ENTROPY_JUMP:
        return False
    return Sign("entropy", f"{now.encrypted} of {now.sampled} sampled files look encrypted")


def _canary(now: Change) -> Sign | bool | None:
    if now.canaries:
        return Sign("canary", ", ".join(now.canaries)[:300])
    return False if now.watched else None


def _usual(ratios: Sequence[float | None]) -> float:
    known = [one for one in ratios if one is not None]
    return median(known) if known else 0.0
