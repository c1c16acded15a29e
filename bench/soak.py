"""Runs an office whose processes are killed at random, and counts what came of every report.

    python -m bench.soak MINUTES [--seed N]

Ends with one line of figures; exit code 0 when accepted = stored + still spooled + declared lost.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess  # noqa: TID251 - it starts the agent that it kills
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from sqlalchemy import distinct, func, select

from agent.spool import Spool
from collector.store.database import connect
from collector.store.tables import reports
from tests.console.office import Running, children_of, free_port, quick, up

PAUSE_SECONDS = (2.0, 12.0)
"""Between two kills: long enough to get under way, short enough to hit every phase."""


class Soak:
    """An office that is up, an agent of its own beside it, and the tally of what was killed."""

    def __init__(self, folder: Path, inventory: Path, chance: random.Random) -> None:
        self.folder, self.inventory, self.chance = folder, inventory, chance
        self.state, self.port = folder / "state", free_port()
        self.killed: dict[str, int] = {}
        self.stack = ExitStack()
        self.office = self._start()
        self.agent: subprocess.Popen[bytes] | None = None

    def _start(self) -> Running:
        return self.stack.enter_context(up(self.state, self.inventory, self.port))

    def kill(self, what: str) -> None:
        """Kill -9 one process; what does not come back by itself is started again."""
        self.killed[what] = self.killed.get(what, 0) + 1
        if what == "supervisor":
            self.office.process.kill()
            self.office.process.wait(30)
            self.stack.close()
            self.office = self._start()
        elif what == "agent":
            self._kill_agent()
        else:
            # The supervisor starts serving first, then duties; both are started again by it.
            running = [one for one in children_of(self.office.process.pid) if not self._agent(one)]
            if running:
                _kill(self.chance.choice(running))

    def _agent(self, pid: int) -> bool:
        return b"\0agent\0run\0" in Path(f"/proc/{pid}/cmdline").read_bytes()

    def _kill_agent(self) -> None:
        for pid in children_of(self.office.process.pid):
            if self._agent(pid):
                _kill(pid)
        if self.agent:
            self.agent.kill()
            self.agent.wait(30)
        self.agent = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "agent", "run"),
                *("--state", str(self.state / "agent"), "--load-interval", "1"),
            ],
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> None:
        """Stop all of it as a clean shutdown does."""
        if self.agent:
            self.agent.send_signal(signal.SIGTERM)
            self.agent.wait(30)
        self.stack.close()


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself
        os.kill(pid, signal.SIGKILL)


def count(state: Path) -> dict[str, int]:
    """Of the agent's one spool: accepted, stored, still spooled, lost; and rows stored twice."""
    spool = Spool(state / "agent" / "spool.sqlite")
    store = connect(f"sqlite:///{state}/wardwatch.sqlite")
    with store.read() as connection:
        mine = reports.c.epoch == spool.epoch
        rows = connection.execute(select(func.count()).where(mine)).scalar_one()
        stored = connection.execute(select(func.count(distinct(reports.c.seq))).where(mine))
        figures = {
            "accepted": spool.accepted(),
            "stored": stored.scalar_one(),
            "spooled": spool.waiting(),
            "twice": rows,
        }
    store.close()
    spool.close()
    figures["twice"] -= figures["stored"]
    figures["missing"] = figures["accepted"] - figures["stored"] - figures["spooled"]
    return figures


def main(clock: Callable[[], float] = time.monotonic) -> int:
    """Soak, count, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    chance = random.Random(wish.seed)  # noqa: S311 - which process to kill is no secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        soak = Soak(folder, quick(Path("inventory.yaml"), folder, silent_seconds=8), chance)
        try:
            until = clock() + wish.minutes * 60
            while clock() < until:
                time.sleep(chance.uniform(*PAUSE_SECONDS))
                soak.kill(chance.choice(("serving or duties", "agent", "agent", "supervisor")))
                print(f"{until - clock():6.0f} s left, killed {soak.killed}", file=sys.stderr)
        finally:
            soak.end()
        figures = count(soak.state)
    print(f"seed {wish.seed}, {wish.minutes} minutes, killed {soak.killed}: {figures}")
    return 1 if figures["missing"] or figures["twice"] else 0


if __name__ == "__main__":
    sys.exit(main())
