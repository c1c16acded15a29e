"""One section of a machine, read again with one damage: only the checks that rest on it run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from agent.checks import CHECKS
from agent.checks.check import Check
from agent.checks.windows import WINDOWS_CHECKS
from agent.host import Host
from agent.host.reader import Reader
from agent.probes import read, security
from agent.report import Reading
from tests.agent.faults import TYPES, Fault, Faulty, faults

EVERY = 50
"""Of so many damages one is read whole too: the parts that ran again must make the same section."""

MANY_FIELDS = {"program dmidecode": (1, ":"), "key ": (len(TYPES), "=")}
"""These tell hundreds of fields, most of them of nothing that is read: a line whose first damage, noise
in its place, changes not a word, is not damaged in eight other ways; nor a value of the registry that
may be gone, a day to come, or of any type. By how a question begins: how many damages are enough, and
what ends a field's name."""


def _many(fault: Fault) -> tuple[int, str]:
    """0 where the fault is of a whole answer, or of one of few fields."""
    if fault.whole:
        return 0, ":"
    found = (MANY_FIELDS[one] for one in MANY_FIELDS if fault.question.startswith(one))
    return next(found, (0, ":"))


class Played:
    """A machine whose answers are kept, and what its section says undamaged."""

    def __init__(self, host: Host, probe: str) -> None:
        self.host, self.probe = host, probe
        self.whole = Faulty(host)
        self.before = read(probe, self.whole)
        self.checks: Mapping[str, Callable[[Reader], Check | None]] = {}
        self.found: dict[str, Check | None] = {}
        self.rests: dict[str, set[str]] = {}
        if probe == "security":
            self.checks = WINDOWS_CHECKS if host.system == "windows" else CHECKS
            for name, check in self.checks.items():
                mine = Faulty(host, answers=self.whole.answers)
                self.found[name] = check(Reader(mine))
                self.rests[name] = mine.asked

    def damaged(self) -> Iterator[tuple[Fault, Reading]]:
        """Every fault, and what is read under it; raises AssertionError where the parts differ."""
        tried: Counter[tuple[str, str]] = Counter()
        matters: set[tuple[str, str]] = set()
        for number, fault in enumerate(list(faults(self.whole))):
            enough, end = _many(fault)
            line = (fault.question, fault.words.partition(end)[0])
            tried[line] += 1
            if enough and tried[line] > enough and line not in matters:
                continue
            after = self.again(fault)
            if enough and not self.same(after):
                matters.add(line)
            if self.checks and number % EVERY == 0:
                assert after == read(self.probe, self.faulty(fault)), fault
            yield fault, after

    def same(self, after: Reading) -> bool:
        return after.section == self.before.section and after.gaps == self.before.gaps

    def faulty(self, fault: Fault) -> Faulty:
        return Faulty(self.host, fault.question, fault.damage, self.whole.answers)

    def again(self, fault: Fault) -> Reading:
        if not self.checks:
            return read(self.probe, self.faulty(fault))
        again = {
            name: self.checks[name](Reader(self.faulty(fault)))
            for name, asked in self.rests.items()
            if fault.question in asked
        }
        return security.section({**self.found, **again})
