"""A collector that is really killed: a process of its own that sends itself SIGKILL at its nth step.

A step is what changes anything outside of the process, just before it happens: a row that is
committed, a file that is opened for writing, renamed or removed, a program that is started.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from backup import own, sweep
from backup.plan import Job
from collector.inventory.model import Inventory
from tests.backup.place import Place, opened

FILES = frozenset({"os.rename", "os.remove", "os.rmdir", "shutil.move", "os.mkdir"})
BATCH_OBJECTS = 4
"""So that a sweep of a small repository commits more than once."""
_FRESH = multiprocessing.get_context("forkserver")
_FRESH.set_forkserver_preload(["tests.backup.killing"])


def killed(place: Place, job: Job | None, step: int) -> bool:
    """Whether a new collector that makes this proof (None: its own backup) died at that step.

    False: it came to its end before.
    """
    told = place.inventory.model_dump_json()
    programs = {name: os.environ[name] for name in ("PATH", "RESTIC") if name in os.environ}
    arguments = (str(place.state_folder), told, place.now, job, step, programs)
    process = _FRESH.Process(target=_die, args=arguments)
    process.start()
    process.join()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"it ended with {process.exitcode}")
    return process.exitcode != 0


def _die(
    folder: str,
    inventory: str,
    now: datetime,
    job: Job | None,
    step: int,
    programs: Mapping[str, str],
) -> None:
    os.environ.pop("RESTIC", None)
    os.environ.update(programs)
    sweep.BATCH_OBJECTS = BATCH_OBJECTS
    place = opened(Path(folder))
    place.inventory, place.now = Inventory.model_validate_json(inventory), now
    _watch_steps(_Countdown(step), folder)
    work(place, job)
    place.store.close()


def work(place: Place, job: Job | None) -> None:
    """What is to be cut short."""
    if job is not None:
        place.verifier.prove(place.inventory, job)
        return
    declared = place.inventory.repositories[0]
    own.back_up(place.store, place.inventory, place.state_folder, declared, place.now)


class _Countdown:
    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def _watch_steps(step: Callable[[], None], folder: str) -> None:
    changed: set[int] = set()

    def heard(name: str, arguments: tuple[object, ...]) -> None:
        if name == "subprocess.Popen" or (name in FILES and str(arguments[0]).startswith(folder)):
            step()

    def stated(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            changed.add(id(connection))

    def commits(connection: Connection) -> None:
        if id(connection) in changed:
            changed.discard(id(connection))
            step()

    event.listen(Engine, "before_cursor_execute", stated)
    event.listen(Engine, "commit", commits)
    sys.addaudithook(heard)
