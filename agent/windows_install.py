"""The agent as a service of Windows: what sc.exe is told to put it in and to take it out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from agent import programs
from agent.installing import InstallError, Place

ABSENT = 1060
"""ERROR_SERVICE_DOES_NOT_EXIST."""
STOPPED = 1062
"""ERROR_SERVICE_NOT_ACTIVE: it need not be stopped first."""
GONE_SECONDS = 30
STATES = {"1": "stopped", "2": "starting", "3": "stopping", "4": "running", "7": "paused"}
RECOVERY = ("reset=", "86400", "actions=", "restart/10000/restart/10000/restart/60000")
"""Three restarts with pauses, the last again and again; counted anew after a day."""


def steps(python: Path, state: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is asked of sc.exe, in order. It runs as LocalSystem: a service sees no user's keys."""
    # sc.exe wants its options as `name=` and the value apart, and one command line in quotes.
    line = f"{_quoted(python)} -I -m agent service host --state {_quoted(state)}"
    yield "windows-create", ("binPath=", line, "start=", "delayed-auto")
    yield "windows-recovery", RECOVERY
    # Also when it ends by itself with an error, not only when it crashes.
    yield "windows-recovery-always", ()
    yield "windows-start", ()


def install(place: Place) -> str:
    """Put it in and start it; all of it or nothing. An older one is put in anew."""
    if not place.is_live:
        raise InstallError("Windows takes a service into the system that runs, no other")
    told = tuple(steps(place.python, place.state))
    remove(place)
    try:
        for name, words in told:
            programs.manage(name, *words)
    except programs.ManageError as problem:
        remove(place)
        raise InstallError(f"{problem}; nothing was installed") from problem
    return "installed and started: wardwatch-agent"


def remove(place: Place) -> str:
    """Stop it and delete it; harmless where there is none."""
    for name in ("windows-stop", "windows-delete"):
        try:
            programs.manage(name)
        except programs.ManageError as problem:
            if problem.code == ABSENT:
                return "not installed"
            if problem.code != STOPPED:
                raise InstallError(str(problem)) from problem
    end = time.monotonic() + GONE_SECONDS
    while status(place) != "not installed":
        if time.monotonic() >= end:
            raise InstallError("the service does not end: restart this PC, then do it again")
        time.sleep(0.5)  # Windows deletes it when its process has ended
    return "removed: wardwatch-agent"


def status(_place: Place) -> str:
    """`running`, `starting`, `stopping`, `stopped`, or `not installed`."""
    try:
        return state(programs.manage("windows-state"))
    except programs.ManageError as problem:
        if problem.code == ABSENT:
            return "not installed"
        raise InstallError(str(problem)) from problem


def state(answer: str) -> str:
    """The state in what `sc.exe query` prints: by its number, since the words are translated."""
    numbers = re.findall(r"^[^:\n]+:\s*([0-9a-f]+)\s", answer, re.MULTILINE)
    return STATES.get(numbers[1], "unknown") if len(numbers) > 1 else "unknown"


def _quoted(path: Path) -> str:
    text = str(path)
    if '"' in text or "%" in text or text.endswith("\\"):
        raise InstallError(f"a path that a command line would not take as it is: {text!r}")
    return f'"{text}"'
