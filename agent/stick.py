"""What the commands for a PC without a network do: join by a stick, fill it, take its answer."""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from agent import carrying, invitation, settings, taking
from agent.commands import CommandError, say
from agent.joining import JoiningError
from agent.running import rfc3339
from agent.settings import Settings, SettingsError
from agent.spool import Spool, SpoolError

SYSTEM_FOLDER = Path("/var/lib/wardwatch-agent")
"""Where the service keeps it; see `settings.folder`."""
Clock = Callable[[], datetime]
WRONG = (
    SettingsError,
    SpoolError,
    JoiningError,
    carrying.CarryingError,
    taking.TakingError,
)


def join(state: Path, place: Path) -> int:
    """Join by the invitation on the stick, and remove it: its token opens a door."""
    system = "windows" if sys.platform == "win32" else "linux"
    try:
        path = invitation.found(place)
        invited = invitation.read(path)
        joined = invitation.accepted(invited, socket.gethostname(), system)
        settings.prepare(state)
        carrying.keep_wish(state, joined.wish)
        settings.save(state, joined.settings, invited.pem, invited.lines)
    except OSError as problem:
        raise CommandError(f"cannot write {problem.filename}: {problem.strerror}") from problem
    except WRONG as problem:
        raise CommandError(str(problem)) from problem
    say(f"joined as {invited.asset}, without a network")
    say(f"next: wardwatch-agent export {path.parent}")
    try:
        path.unlink()
    except OSError as problem:
        say(f"remove the invitation yourself, it is used up: {path}: {problem.strerror}")
    return 0


def export(given: argparse.Namespace, clock: Clock) -> int:
    """Take the answer that lies on the stick, then write all that still waits beside it."""
    with _spool(given.state) as (found, spool):
        refused = _answer_on_the_stick(given.state, given.file, found, spool)
        path = carrying.placed(given.file, found.agent)
        wish = carrying.wish(given.state)
        count = carrying.export(spool, found, path, rfc3339(clock()), wish)
    say(f"{count} reports written to {path}")
    if count:
        say("next, on the server: wardwatch import and this file; then bring the stick back")
    else:
        say("nothing waits: there is nothing to carry")
    if refused:
        raise CommandError(refused)
    return 0


def taken(given: argparse.Namespace, _clock: Clock) -> int:
    """Delete what the collector's answer says is stored."""
    with _spool(given.state) as (found, spool):
        _take(given.state, taking.placed(given.file, found.agent), found, spool)
    return 0


def _answer_on_the_stick(state: Path, place: Path, found: Settings, spool: Spool) -> str:
    """Why the answer was refused: the reports are written nevertheless, and nothing is deleted."""
    path = taking.placed(place, found.agent)
    if path == place or not path.exists():
        return ""
    try:
        _take(state, path, found, spool)
    except taking.TakingError as problem:
        return str(problem)
    return ""


def _take(state: Path, path: Path, found: Settings, spool: Spool) -> None:
    stored = taking.read(path, found)
    count = taking.take(spool, stored)
    with contextlib.suppress(FileNotFoundError):
        (state / carrying.WISH).unlink()  # it answered: it has let this PC in
    say(f"{count} reports are stored by the collector and deleted here; {spool.waiting()} wait")


@contextmanager
def _spool(state: Path) -> Iterator[tuple[Settings, Spool]]:
    try:
        found = settings.load(state)
        spool = Spool(state / "spool.sqlite")
    except WRONG as problem:
        raise CommandError(f"{problem}{_hint(problem.__cause__, state)}") from problem
    try:
        yield found, spool
    except WRONG as problem:
        raise CommandError(str(problem)) from problem
    except OSError as problem:
        raise CommandError(f"cannot write {problem.filename}: {problem.strerror}") from problem
    finally:
        spool.close()


def _hint(cause: BaseException | None, state: Path) -> str:
    """An officer who is not the administrator looks in a folder of their own, and finds nothing."""
    elsewhere = state != SYSTEM_FOLDER and SYSTEM_FOLDER.is_dir()
    mine = isinstance(cause, FileNotFoundError) and elsewhere and str(state) == settings.folder()
    return "; run it as administrator (sudo)" if mine or isinstance(cause, PermissionError) else ""
