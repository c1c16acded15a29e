"""What the collector may ask for: a closed table. Nothing from the wire is ever run."""

from __future__ import annotations

import json
import os
import re
import time

from agent.lean import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # a backup's child takes the exit codes from here, and needs no network for that
    from agent.link import Ask
    from agent.spool import Spool
    from agent.starting import Child

REPORT_NOW = "report-now"
BACKUP = "backup"
SPEED_TEST = "speed-test"
ESCROW = "escrow"
KINDS = {BACKUP: "backup", SPEED_TEST: "bandwidth"}
"""The jobs whose child tells by a receipt, each with its kind of report; `escrow` tells the log."""
ARGUMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
DEADLINES_SECONDS = {BACKUP: 12 * 3600, SPEED_TEST: 120, ESCROW: 60}
"""The first backup of a full disk over a slow line; anything longer hangs. A speed test ends before
the collector lets another begin, see `collector.lines.permits`."""
STORED, TOLD = 0, 10
"""Exit codes of a child whose receipt is in the spool, of a success and of a failure.

Whatever else it ends with, it has told nothing: Python ends with 1 after an uncaught error.
"""


REMEMBERED_ASKS = 100


class JobError(Exception):
    """The ask is not one that this PC does; says why."""


class Job(NamedTuple):
    """A child at work. `end` is the monotonic instant of its deadline."""

    ask: Ask
    child: Child
    started_at: str
    start: float
    end: float


def is_new(ask: Ask, spool: Spool) -> bool:
    """Whether it was not asked before; noted. An answer may come twice, a backup runs once."""
    known = (spool.noted("asks") or "").split()
    if str(ask.id) in known:
        return False
    spool.note("asks", " ".join([*known, str(ask.id)][-REMEMBERED_ASKS:]))
    return True


def start(ask: Ask, state: str | os.PathLike[str], at: str) -> Job:
    """Start a job of the table; raises `JobError` where the ask is not among them."""
    entry = _entry(ask, state)
    from agent import programs  # noqa: PLC0415 - starting programs costs the resident memory

    now = time.monotonic()
    return Job(ask, programs.start(entry), at, now, now + DEADLINES_SECONDS[ask.job])


def _entry(ask: Ask, state: str | os.PathLike[str]) -> tuple[str, ...]:
    """The words of the child: literal but for a name that the officer has pinned here, and a number."""
    if ask.job == ESCROW:
        if ask.argument is not None:
            raise JobError(f"{ESCROW} takes no argument")
        return ("agent.escrow", "--agent-state", str(state))
    if ask.job not in KINDS:
        raise JobError(f"unknown job: {ask.job[:60]!r}")
    name = ask.argument or ""
    if not ARGUMENT.fullmatch(name) or name not in _pinned(state, ask.job):
        what = "backup set" if ask.job == BACKUP else "line"
        raise JobError(f"no {what} of that name is pinned on this PC: {name[:63]!r}")
    module = ("backup", "run") if ask.job == BACKUP else ("agent.bandwidth", "run")
    return (*module, name, "--agent-state", str(state), "--job", str(int(ask.id)))


def ended(job: Job) -> str | None:
    """None while it runs; then what is to be told, empty where the child has told it itself."""
    code = job.child.poll()
    if code is None and time.monotonic() < job.end:
        return None
    stop(job)  # whatever it left behind, or itself when it hangs
    if code is None:
        return f"did not end within {DEADLINES_SECONDS[job.ask.job]} s"
    if code < 0:
        return f"killed by signal {-code}"
    return "" if code in {STORED, TOLD} else f"ended with exit code {code}"


def stop(job: Job) -> None:
    """End a job with all that it started; harmless once it has ended."""
    from agent import programs  # noqa: PLC0415 - loaded already: it has started the child

    programs.kill(job.child)


def receipt_note(name: str | None, job: str = BACKUP) -> str:
    """How the spool calls the number of the ask whose receipt a set's child has written last.

    Kept together with the receipt or not at all: a child that is killed right after it has told
    is not told of again.
    """
    return f"receipt:{name}" if job == BACKUP else f"receipt:{job}:{name}"


def has_told(ask: Ask, noted: str | None) -> bool:
    """Whether the child of that ask has written its receipt, by what is noted of its set."""
    return noted == str(ask.id)


def failed(ask: Ask, error: str, at: str, seconds: float) -> dict[str, Any]:
    """The receipt of a job that could not tell by itself."""
    if ask.job == SPEED_TEST:
        return {"line": ask.argument, "provider": "none", "error": error, "job": ask.id}
    receipt = {"set": ask.argument, "ok": False, "started_at": at}
    return {**receipt, "duration_seconds": round(seconds, 3), "error": error, "job": ask.id}


def _pinned(state: str | os.PathLike[str], job: str) -> frozenset[str]:
    file, key = ("backup.json", "sets") if job == BACKUP else ("line.json", "lines")
    try:
        with open(os.path.join(state, file), encoding="utf-8") as opened:
            found = json.load(opened)[key]
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()  # nothing pinned that can be read: nothing is done, and said so
    return frozenset(found) if isinstance(found, dict) else frozenset()
