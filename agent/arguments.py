"""The agent's command line: every command with its arguments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import settings, survey
from agent.running import RHYTHM

if TYPE_CHECKING:
    from collections.abc import Callable

    _Add = Callable[..., argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """Parse `wardwatch-agent COMMAND …`; a mistake ends with a sentence and exit code 2."""
    top = argparse.ArgumentParser(
        prog="wardwatch-agent", description="Reads this PC and reports to the ward's collector."
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _watching(commands.add_parser)
    _carrying(commands.add_parser)
    _looking(commands.add_parser)
    return top


def _watching(add: _Add) -> None:
    """Join, run, and stay as a service."""
    join = add("join", help="join this PC to a collector by its join string")
    join.add_argument(
        "string",
        metavar="STRING|STICK",
        help="wardwatch:HOST:PORT/PIN/TOKEN; - to read it from stdin; without a network the"
        " folder of the stick with the invitation",
    )
    run = add("run", help="read, keep and send until stopped")
    for command in (join, run):
        command.add_argument("--state", type=Path, default=settings.folder(), metavar="DIR")
    rhythm = survey.tasks.__defaults__ or ()
    for name, seconds in zip(RHYTHM, rhythm, strict=True):
        run.add_argument(f"--{name}-interval", type=_seconds, default=seconds, metavar="SECONDS")

    service = add("service", help="put the agent in as a service, or take it out")
    service.add_argument("action", choices=("install", "remove", "status", "host", "sleep"))
    service.add_argument("--state", type=Path, default=settings.folder(), metavar="DIR")
    service.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="a system that does not run yet"
    )


def _carrying(add: _Add) -> None:
    """Reports and answers on a USB stick."""
    carry = add("export", help="write what waits onto a USB stick")
    carry.add_argument("file", type=Path, metavar="STICK", help="the stick's folder, or a file")
    taken = add("taken", help="delete what the answer on a USB stick says is stored")
    taken.add_argument("file", type=Path, metavar="STICK", help="the stick's folder, or the answer")
    for command in (carry, taken):
        command.add_argument("--state", type=Path, default=settings.folder(), metavar="DIR")


def _looking(add: _Add) -> None:
    """What is read, printed or recorded; nothing is sent."""
    report = add("report", help="print all that would be sent now")
    probe = add("probe", help="print sections, a line each")
    probe.add_argument(
        "names",
        nargs="+",
        metavar="NAME",
        help="events, hardware, load, security, software or system",
    )
    probe.add_argument("--recording", type=Path, action="append", default=[], metavar="DIR")
    probe.add_argument("--memory-bytes", type=int, help="cap of this process, set by the agent")
    probe.add_argument("--notes", metavar="JSON", help="how far logs were read, set by the agent")
    fields = add("fields", help="print every field that is collected, and why")
    for command in (report, probe, fields):
        command.add_argument("--json", action="store_true")
    fields.add_argument("--language", choices=("vi", "en"), default="vi")

    record = add("record", help="record this PC into a folder, to play back later")
    record.add_argument("folder", type=Path, metavar="DIR")
    record.add_argument("--mask", action="store_true", help="without serials, addresses and names")


class _Version(argparse.Action):
    """Looks the version up only when it is asked for: that costs a megabyte."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

        try:
            told = version("wardwatch")
        except PackageNotFoundError:
            told = "(not installed)"
        parser.exit(message=f"wardwatch-agent {told}\n")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86400:
        raise argparse.ArgumentTypeError(f"not between 0 and 86400 seconds: {text}")
    return seconds
