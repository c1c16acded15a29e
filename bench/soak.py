"""Runs an office whose processes are killed at random, and counts what came of every report.

    python -m bench.soak MINUTES [--seed N]

Beside its own agent, simulated PCs report and say each report again until it is stored. Ends with
one line of figures each; exit code 0 when accepted = stored + still spooled + declared lost, and
none is stored twice.
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
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from agent.spool import Spool
from bench.resending import Fleet
from collector.simulation import fleet
from collector.store.database import Store, connect
from collector.store.tables import losses, reports
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
    """Of the agent's one spool: accepted, stored, spooled, lost, missing; and rows stored twice.

    A report that is stored while its answer was cut off is in the spool still: it counts as stored.
    """
    with closing(Spool(state / "agent" / "spool.sqlite")) as spool, closing(_store(state)) as store:
        stored, rows, lost = _known(store, spool.epoch)
        held: set[int] = set()
        while batch := spool.batch(1 << 20, after=max(held, default=0)):
            held |= set(batch.seqs)
        accepted = set(range(1, spool.accepted() + 1))
    return _figures(accepted, stored, rows, held - stored, lost)


def count_fleet(state: Path, simulated: Fleet) -> dict[str, int]:
    """The same of the simulated PCs together; they keep nothing back, once they have ended."""
    sums: dict[str, int] = {}
    with closing(_store(state)) as store:
        for agent, epoch in simulated.epochs.items():
            stored, rows, lost = _known(store, epoch)
            accepted = set(range(1, simulated.accepted[agent] + 1))
            for name, figure in _figures(accepted, stored, rows, set(), lost).items():
                sums[name] = sums.get(name, 0) + figure
    return {**sums, "sent again": simulated.tries}


def _store(state: Path) -> Store:
    return connect(f"sqlite:///{state}/wardwatch.sqlite")


def _known(store: Store, epoch: str) -> tuple[set[int], int, set[int]]:
    """Of one epoch: the numbers that are stored, in how many rows, and the numbers declared lost."""
    with store.read() as connection:
        mine = reports.c.epoch == epoch
        rows = connection.execute(select(func.count()).where(mine)).scalar_one()
        stored = set(connection.execute(select(reports.c.seq).where(mine)).scalars())
        spans = connection.execute(
            select(losses.c.from_seq, losses.c.to_seq).where(losses.c.epoch == epoch)
        ).all()
    return stored, rows, {seq for first, last in spans if first for seq in range(first, last + 1)}


def _figures(
    accepted: set[int], stored: set[int], rows: int, spooled: set[int], lost: set[int]
) -> dict[str, int]:
    return {
        "accepted": len(accepted),
        "stored": len(stored),
        "spooled": len(spooled),
        "lost": len(lost - stored),
        "missing": len(accepted - stored - spooled - lost),
        "twice": rows - len(stored),
        "unheard of": len(stored - accepted),
    }


def main(clock: Callable[[], float] = time.monotonic) -> int:
    """Soak, count, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agents", type=int, default=30, help="simulated PCs beside the real one")
    wish = parser.parse_args()
    chance = random.Random(wish.seed)  # noqa: S311 - which process to kill is no secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        soak = Soak(folder, quick(Path("inventory.yaml"), folder, silent_seconds=8), chance)
        with closing(_store(soak.state)) as store, store.write() as connection:
            members = fleet.enrol(
                connection, datetime.fromtimestamp(time.time(), UTC), "soak", wish.agents
            )
        simulated = Fleet(members, soak.port, soak.state / "ca" / "ca.pem")
        try:
            until = clock() + wish.minutes * 60
            while clock() < until:
                time.sleep(chance.uniform(*PAUSE_SECONDS))
                soak.kill(chance.choice(("serving or duties", "agent", "agent", "supervisor")))
                print(f"{until - clock():6.0f} s left, killed {soak.killed}", file=sys.stderr)
        finally:
            simulated.end()
            soak.end()
        figures = {
            "its agent": count(soak.state),
            f"{wish.agents} simulated": count_fleet(soak.state, simulated),
        }
    print(f"seed {wish.seed}, {wish.minutes:g} minutes, killed {soak.killed}")
    for name, counted in figures.items():
        print(f"{name}: {counted}")
    wrong = ("missing", "twice", "unheard of")
    return 1 if any(counted[name] for counted in figures.values() for name in wrong) else 0


if __name__ == "__main__":
    sys.exit(main())
