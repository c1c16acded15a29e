"""One section of a machine, read again with one damage: only the checks that rest on it run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from agent.checks import CHECKS
from agent.checks.check import Check
from agent.checks.windows import WINDOWS_CHECKS
from agent.host import Host
from agent.host.reader import Reader
from agent.probes import read, security
from agent.report import Reading
from tests.agent.faults import Fault, Faulty, faults

EVERY = 50
"""Of so many damages one is read whole too: the parts that ran again must make the same section."""

MANY_FIELDS = "program dmidecode"
"""It tells hundreds of fields, most of them of nothing that is read: a line whose first damage, noise
in its place, changes not a word, is not damaged in eight other ways."""


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
        idle: set[tuple[str, str]] = set()
        for number, fault in enumerate(list(faults(self.whole))):
            line = (fault.question, fault.words.partition(":")[0])
            if line in idle:
                continue
            after = self.again(fault)
            if fault.question == MANY_FIELDS and line[1].startswith("line ") and self.same(after):
                idle.add(line)
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
