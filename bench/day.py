"""What the agent costs in a whole day, by its whole rhythm on a clock that runs faster."""

from __future__ import annotations

import os
import select
import shlex
import subprocess  # noqa: TID251 - the programs that are measured
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent import systemd
from agent.signs import EVERY_SECONDS, Signs
from bench import inventory
from tests.agent import door
from tests.agent.door import eventually

SECTIONS = frozenset({"hardware", "system", "software", "security", "events"})
LOADS_AN_HOUR = 60
HOURS = 2
RHYTHM = {"load": 0.2, "security": 1, "inventory": 12, "events": 12, "full": 12}
"""Three hundred times faster than the contract's: an hour is twelve seconds."""


@dataclass(frozen=True)
class Day:
    """What a whole day costs, all children included, and where it goes."""

    parts: tuple[tuple[str, float], ...]
    """In seconds of processor time."""
    sent_bytes: float
    """Without TCP and TLS."""

    @property
    def cpu_seconds(self) -> float:
        return sum(seconds for _, seconds in self.parts)


def day(folder: Path) -> Day:
    """A start with all sections and the package lists, and 24 times one hour of the fast clock."""
    folder.mkdir()
    state = folder / "state"
    options = [word for name in RHYTHM for word in (f"--{name}-interval", str(RHYTHM[name]))]
    with door.opened(folder) as there, inventory.installed() as python:
        door.known(there, state)
        environment = service_environment(Path(python), state)
        with running([*started(Path(python), state), *options], environment) as pid:
            eventually(lambda: {row["kind"] for row in there.stored()} >= SECTIONS, 300)
            eventually(lambda: not children(pid), 300)
            start = Spent(pid, there)
            eventually(lambda: Spent(pid, there).loads >= start.loads + HOURS * LOADS_AN_HOUR, 300)
            return _day(start, Spent(pid, there), there)


class Spent:
    """What it has cost up to now."""

    def __init__(self, pid: int, there: door.Door) -> None:
        self.own, self.children = cpu_seconds(pid), children_cpu_seconds(pid)
        self.sent_bytes, self.loads = there.bytes_read, len(there.sections("load"))


def _day(start: Spent, end: Spent, there: door.Door) -> Day:
    factor = 24 * LOADS_AN_HOUR / (end.loads - start.loads)
    costs = {row["kind"]: row["cpu_seconds"] for row in there.stored() if row["cpu_seconds"]}
    inventory_seconds = sum(costs.get(name, 0) for name in ("hardware", "system", "software"))
    parts = (
        ("the start: every section, package lists compared once", start.own + start.children),
        ("1440 loads, 288 looks at what security rests on", (end.own - start.own) * factor),
        ("24 full readings of security and events", (end.children - start.children) * factor),
        ("3 more inventories", 3 * inventory_seconds),
        ("5760 looks at the signs of events", 24 * 3600 / EVERY_SECONDS * _sign_seconds()),
    )
    return Day(parts, start.sent_bytes + (end.sent_bytes - start.sent_bytes) * factor)


def _sign_seconds() -> float:
    """One look, and the sleep before it."""
    looks, there = 1000, Signs()
    start = time.process_time()
    for number in range(looks):
        there.given(number * EVERY_SECONDS)
        select.select([], [], [], 0)
    return (time.process_time() - start) / looks


def started(python: Path, state: Path) -> list[str]:
    """The service's own command line, taken from its unit."""
    lines = systemd.unit(python, state).splitlines()
    line = next(line for line in lines if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart="))


def service_environment(python: Path, state: Path) -> dict[str, str]:
    """What the service's unit sets for it."""
    lines = systemd.unit(python, state).splitlines()
    told = [line.removeprefix("Environment=") for line in lines if line.startswith("Environment=")]
    return dict(word.split("=", 1) for line in told for word in shlex.split(line))


@contextmanager
def running(command: list[str], more: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run it in the background, `more` in its environment; its process number."""
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "PATH": path(), **(more or {})}
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def path() -> str:
    """Where the peers lie too: Debian keeps some of them out of an account's own path."""
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"


def cpu_seconds(pid: int) -> float:
    """Of all threads, without children: in nanoseconds, where /proc/pid/stat counts in hundredths."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((one / "schedstat").read_text("ascii").split()[0]) for one in threads) / 1e9


def children_cpu_seconds(pid: int) -> float:
    """Of all children that have ended, with theirs: fields 16 and 17 of proc(5)'s stat."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(words[13]) + int(words[14])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> str:
    """Process numbers of those that run now."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").strip()
