"""What each command of `wardwatch-agent` does; the clock comes from `__main__`."""

from __future__ import annotations

import argparse
import json
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent import running, settings, survey
from agent.host import Host
from agent.host.live import Live
from agent.report import Written
from agent.running import rfc3339

if TYPE_CHECKING:  # the resident alone needs it
    from agent.joining import Joined
    from agent.service import Resident

Clock = Callable[[], datetime]


class CommandError(Exception):
    """The command cannot do what was asked; exit code 2 and one sentence."""


def join(given: argparse.Namespace, _clock: Clock) -> int:
    """Join, and keep what came of it. The token is read from stdin where `-` stands for it."""
    from agent import joining  # noqa: PLC0415 - not needed by the resident

    text = (sys.stdin.readline() if given.string == "-" else given.string).strip()
    if text and not text.startswith("wardwatch:") and (place := Path(text)).exists():
        from agent import stick  # noqa: PLC0415 - for a PC without a network

        return stick.join(given.state, place)
    try:
        invited = joining.invitation(text)
        settings.prepare(given.state)
        system = "windows" if sys.platform == "win32" else "linux"
        joined = joining.join(invited, socket.gethostname(), system)
        settings.save(given.state, joined.settings, joined.pem, joined.lines)
    except (joining.JoiningError, settings.SettingsError) as problem:
        raise CommandError(str(problem)) from problem
    say(f"joined {invited.collector} as {joined.settings.agent}: {_meaning(joined)}")
    if joined.escrow:
        _hand_in(given.state, joined)
    return 0


def _hand_in(state: Path, joined: Joined) -> None:
    """The PC has joined, whatever becomes of this: the collector asks again for what it lacks."""
    from agent import escrow  # noqa: PLC0415 - not needed by the resident

    try:
        escrow.hand_in(joined.settings, joined.pem, escrow.own(state))
    except escrow.EscrowError as problem:
        say(f"the backup password is not handed in: {problem}")
    else:
        say("the backup password is handed in")


def _meaning(joined: object) -> str:
    state, asset = getattr(joined, "state", ""), getattr(joined, "asset", None)
    if state == "approved":
        return f"approved as {asset}"
    return "pending until the officer approves it"


def run(given: argparse.Namespace, clock: Clock) -> int:
    """Be the resident agent until SIGTERM."""
    rhythm = (getattr(given, f"{name}_interval") for name in running.RHYTHM)
    _resident(given.state, clock, survey.tasks(*rhythm)).run()
    return 0


def _resident(state: Path, clock: Clock, tasks: tuple[survey.Task, ...]) -> Resident:
    try:
        return running.resident(state, clock, tasks)
    except running.StartError as problem:
        raise CommandError(str(problem)) from problem


def _host(state: Path, clock: Clock) -> int:
    from agent import dozing, windows_service  # noqa: PLC0415 - Windows starts this, nobody else

    resident = _resident(state, clock, survey.tasks())

    def say(word: str) -> None:
        if word in {"stopped", "shutdown"}:
            resident.word = word
        else:
            dozing.tell(state, word, rfc3339(clock()))

    try:
        windows_service.Hosted(say).run(resident.run)
    except windows_service.ServiceError as problem:
        raise CommandError(str(problem)) from problem
    return 0


def service(given: argparse.Namespace, clock: Clock) -> int:
    """Put the service in, take it out, or say how it stands; 1 where it does not run."""
    from agent.installing import InstallError, Place, act  # noqa: PLC0415

    if given.action == "host":
        return _host(given.state, clock)
    if given.action == "sleep":
        from agent import dozing  # noqa: PLC0415 - the unit of the sleep starts this, nobody else

        dozing.tell(given.state, "sleep", rfc3339(clock()))
        return 0
    place = Place(Path(sys.executable), given.state.absolute(), given.root.absolute())
    try:
        if given.action == "install":
            settings.load(given.state)  # a service that has no collector would only start and end
        told = act(given.action, place)
    except (settings.SettingsError, InstallError) as problem:
        raise CommandError(str(problem)) from problem
    say(told)
    return 0 if given.action != "status" or told == "running" else 1


def export(given: argparse.Namespace, clock: Clock) -> int:
    """Write all that waits into a sealed file; the spool keeps it until the collector has it."""
    from agent import stick  # noqa: PLC0415 - for a PC without a network

    return stick.export(given, clock)


def taken(given: argparse.Namespace, clock: Clock) -> int:
    """Delete what the collector's answer on the stick says is stored."""
    from agent import stick  # noqa: PLC0415 - for a PC without a network

    return stick.taken(given, clock)


def report(given: argparse.Namespace, clock: Clock) -> int:
    """One full survey of this PC, printed."""
    from agent.heavy import finished  # noqa: PLC0415 - not needed by the other commands

    host = Live(clock())
    rows = []
    for task in survey.tasks():
        heavy = task.kind != survey.LIGHT
        taken = finished(task, host.at).taken if heavy else survey.light(host)
        gaps = [{"field": gap.field, "cause": gap.cause} for gap in taken.reading.gaps]
        section = taken.reading.section
        section = json.loads(section.text) if isinstance(section, Written) else section
        row = {"kind": task.kind, "at": rfc3339(host.at), "section": section}
        rows.append({**row, "gaps": gaps, "cpu_seconds": round(taken.cpu_seconds, 4)})
    _say(json.dumps({"version": 1, "reports": rows}, indent=None if given.json else 2))
    return 0


def probe(given: argparse.Namespace, clock: Clock) -> int:
    """Print sections, of this PC or of each recording: a line of JSON each."""
    from agent.host.recorded import RecordingError, opened  # noqa: PLC0415
    from agent.limits import limit  # noqa: PLC0415
    from agent.probes import PROBES  # noqa: PLC0415 - the resident never loads it
    from agent.probing import tell  # noqa: PLC0415

    for name in given.names:
        if name not in PROBES:
            known = ", ".join(PROBES)
            raise CommandError(f"no probe of that name: {name}; there are {known}")
    if given.memory_bytes:
        limit(given.memory_bytes)
    try:
        hosts: list[Host] = [opened(folder, clock()) for folder in given.recording]
        notes = {str(name): str(mark) for name, mark in json.loads(given.notes or "{}").items()}
    except (ValueError, AttributeError) as problem:
        raise CommandError(f"not a JSON object: {given.notes}") from problem
    except RecordingError as problem:
        raise CommandError(str(problem)) from problem
    for host in hosts or [Live(clock())]:
        tell(tuple(given.names), host, notes if given.notes else None)
    return 0


def record(given: argparse.Namespace, clock: Clock) -> int:
    """Record this PC: every probe is run, and all that it reads is written down."""
    from agent.masking import record_machine  # noqa: PLC0415

    folder: Path = given.folder
    if folder.exists() and any(folder.iterdir()):
        raise CommandError(f"the folder is not empty: {folder}")
    try:
        count = record_machine(Live(clock()), folder, masked=given.mask)
    except OSError as problem:
        raise CommandError(f"cannot write {problem.filename}: {problem.strerror}") from problem
    say(f"recorded {count} files into {folder}")
    return 0


def fields(given: argparse.Namespace, _clock: Clock) -> int:
    """Print every field that is collected, with its purpose."""
    from agent.fields import purposes  # noqa: PLC0415

    told = purposes(given.language)
    if given.json:
        _say(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for name, purpose in told.items():
            _say(f"{name}\t{purpose}")
    return 0


def say(sentence: str) -> None:
    """Tell the reader, in the reader's language."""
    from agent.speech import said  # noqa: PLC0415 - the resident speaks to nobody

    _say(said(sentence))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


COMMANDS: dict[str, Callable[[argparse.Namespace, Clock], int]] = {
    "join": join,
    "run": run,
    "service": service,
    "export": export,
    "taken": taken,
    "report": report,
    "probe": probe,
    "record": record,
    "fields": fields,
}
