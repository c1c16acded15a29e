"""Which numbers of an epoch came: all up to the highest but the ranges that are missing. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

Cause = Literal["unknown", "restored"]
"""restored: what went down with the disk that the collector lost; the agent had let go of it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The numbers from..to never came, since `opened_at` a later one did."""

    from_seq: int
    to_seq: int
    opened_at: datetime
    cause: Cause = "unknown"


class Count(NamedTuple):
    """One epoch: of counted_from..highest everything came but what is missing."""

    highest_seq: int = 0
    counted_from_seq: int = 1
    missing: tuple[Missing, ...] = ()
    """Disjoint, in order, as short as can be: the same for every order of arrival."""
    restored: bool = False
    """The collector came back from a backup, and nothing newer of this epoch came since."""

    def knows(self, seq: int) -> bool:
        """Whether the number came before, be it stored still or pruned since."""
        if not self.counted_from_seq <= seq <= self.highest_seq:
            return False
        at = bisect_right(self.missing, seq, key=lambda one: one.from_seq)
        return at == 0 or self.missing[at - 1].to_seq < seq


def counted(before: Count, seqs: Collection[int], received_at: datetime) -> Count:
    """The count after these came too, in whatever order and however often."""
    if not seqs:
        return before
    if len(seqs) == 1 and before.highest_seq + 1 in seqs:  # nearly always, and quickly told
        return Count(before.highest_seq + 1, before.counted_from_seq, before.missing)
    missing, highest, restored = list(before.missing), before.highest_seq, before.restored
    for seq in sorted(set(seqs)):
        if seq > highest:
            if seq > highest + 1:
                cause: Cause = "restored" if restored else "unknown"
                missing.append(Missing(highest + 1, seq - 1, received_at, cause))
            highest, restored = seq, False
        elif seq >= before.counted_from_seq:
            _fill(missing, seq)
    return Count(highest, before.counted_from_seq, tuple(missing), restored)


def lost(missing: Iterable[Missing], declared: Iterable[tuple[int, int]]) -> int:
    """How many of the missing numbers lie in any range that was declared lost."""
    ranges = sorted(declared)
    total = 0
    for gap in missing:
        reached = gap.from_seq - 1
        for first, last in ranges:
            begin, end = max(first, reached + 1), min(last, gap.to_seq)
            if begin <= end:
                total += end - begin + 1
                reached = end
    return total


def size(missing: Sequence[Missing]) -> int:
    """How many numbers are missing."""
    return sum(one.to_seq - one.from_seq + 1 for one in missing)


def _fill(missing: list[Missing], seq: int) -> None:
    at = bisect_right(missing, seq, key=lambda one: one.from_seq) - 1
    if at < 0 or missing[at].to_seq < seq:
        return  # it came before
    gap = missing[at]
    missing[at : at + 1] = [
        replace(gap, from_seq=first, to_seq=last)
        for first, last in ((gap.from_seq, seq - 1), (seq + 1, gap.to_seq))
        if first <= last
    ]
