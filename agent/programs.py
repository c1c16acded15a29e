"""Runs programs: those of the closed list, and our own short-lived children."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence

from agent import limits, starting
from agent.closed_list import MANAGED, PROGRAMS, Program
from agent.host import UnreadableError
from agent.lean import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import IO

if sys.platform == "win32":
    from agent.windows import folders

    ENVIRONMENT = folders.environment(folders.system())
else:
    ENVIRONMENT = limits.ENVIRONMENT
OUTPUT_BYTES = 4 * 1024 * 1024


class ManageError(Exception):
    """The service manager did not do it; says what it answered."""

    def __init__(self, words: str, code: int | None = None) -> None:
        super().__init__(words)
        self.code = code
        """Its exit code; None where it did not end by itself."""


def manage(name: str, *more: str) -> str:
    """Ask the service manager for one thing of the list; raises `ManageError`."""
    told = MANAGED[name]
    found = _found(told.arguments[0])
    if found is None:
        raise ManageError(f"not installed: {told.arguments[0]}")
    outcome = run([found, *told.arguments[1:], *more], told.deadline_seconds, ENVIRONMENT)
    if outcome.cause or (told.accepts is not None and outcome.code not in told.accepts):
        words = outcome.cause or f"exit code {outcome.code}: {outcome.error}"
        code = None if outcome.cause else outcome.code
        raise ManageError(f"{' '.join(told.arguments)}: {words}", code)
    return outcome.output.decode("utf-8", "replace")


class Outcome(NamedTuple):
    """How a child ended. `code` is negative for a signal; `cause` says what went wrong."""

    code: int
    output: bytes
    error: str
    cpu_seconds: float
    cause: str | None = None


def output(program: str, argument: str | None = None) -> str:
    """Run a program of the list; raises `UnreadableError`."""
    told = PROGRAMS[program]
    arguments = _filled(told, argument)
    found = _found(arguments[0])
    if found is None:
        raise UnreadableError(f"not installed: {program}", absent=True)
    outcome = run([found, *arguments[1:]], told.deadline_seconds, ENVIRONMENT)
    if outcome.cause:
        raise UnreadableError(f"{program}: {outcome.cause}")
    if told.accepts is not None and outcome.code not in told.accepts:
        raise UnreadableError(f"{program}: exit code {outcome.code}: {outcome.error}")
    return outcome.output.decode("utf-8", "replace")


def _found(name: str) -> str | None:
    """Where the program lies, among the system's own folders alone."""
    places = (os.path.join(folder, name) for folder in ENVIRONMENT["PATH"].split(os.pathsep))
    return next((place for place in places if os.path.isfile(place)), None)


def _filled(program: Program, argument: str | None) -> list[str]:
    if any(mark in part for part in program.arguments for mark in ("{}", "{host}")):
        if argument is None or not re.fullmatch(program.argument, argument):
            raise UnreadableError(
                f"{program.arguments[0]}: no device named", absent=argument is None
            )
        host, _, port = argument.rpartition(":")
        named = [one.replace("{host}", host).replace("{port}", port) for one in program.arguments]
        # The kernel writes the slash of a name like cciss/c0d0 as an exclamation mark.
        return [part.replace("{}", argument.replace("!", "/")) for part in named]
    return list(program.arguments)


def probe(
    name: str, deadline_seconds: float, memory_bytes: int, notes: Mapping[str, str]
) -> Running:
    """Start one probe of ours in a child that caps its own memory and yields to everyone else."""
    cap = str(memory_bytes)
    command = [sys.executable, "-I", "-m", "agent", "probe", name, "--json", "--memory-bytes", cap]
    return begin([*command, "--notes", json.dumps(notes)], deadline_seconds, ENVIRONMENT)


def start(entry: Sequence[str]) -> starting.Child:
    """Start a job of the closed table in a child of its own group; its log goes where ours goes."""
    environment = {**ENVIRONMENT, "HOME": os.environ.get("HOME", "/")}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        return starting.started([sys.executable, "-I", "-m", *entry], environment, nowhere, 2)
    finally:
        os.close(nowhere)


def run(arguments: Sequence[str], deadline_seconds: float, environment: dict[str, str]) -> Outcome:
    """Run to the end or to the deadline; whatever the child started dies with it."""
    return begin(arguments, deadline_seconds, environment).wait()


def begin(
    arguments: Sequence[str], deadline_seconds: float, environment: dict[str, str]
) -> Running:
    """Start a child whose output is wanted, and go on."""
    with contextlib.ExitStack() as opened:
        out, errors = (opened.enter_context(starting.file()) for _ in range(2))
        running = Running(out, errors, deadline_seconds)
        try:
            running.child = starting.started(
                [*arguments], environment, out.fileno(), errors.fileno()
            )
            starting.cap(running.child)
        except OSError as problem:
            running.outcome = Outcome(-1, b"", "", 0.0, f"cannot start: {problem.strerror}")
            return running
        opened.pop_all()  # its own to close, when the child has ended
        return running


class Running:
    """A child at work. `end` is the monotonic instant of its deadline."""

    def __init__(self, out: IO[bytes], errors: IO[bytes], deadline_seconds: float) -> None:
        self.child: starting.Child | None = None
        self.out, self.errors = out, errors
        self.deadline_seconds = deadline_seconds
        self.end = time.monotonic() + deadline_seconds
        self.outcome: Outcome | None = None

    def ended(self) -> Outcome | None:
        """None while it runs and may; then how it ended."""
        if self.outcome is None and self.child is not None:
            spent = _reaped(self.child, wait=False)
            if spent is not None:
                # One that wrote too much and ended at once would be cut, and look whole.
                cause = self._surplus() or _signalled(self.child.returncode or 0)
                self._close(self.child, cause, spent)
            elif cause := self._excess():
                self._close(self.child, cause)
        return self.outcome

    def wait(self) -> Outcome:
        """Wait until it has ended."""
        pause = 0.005
        try:
            while (outcome := self.ended()) is None:
                time.sleep(min(pause, max(self.end - time.monotonic(), 0)))
                pause = min(pause * 2, 0.25)
        finally:
            self.stop()
        return outcome

    def stop(self) -> None:
        """End it before its time; harmless once it has ended."""
        if self.outcome is None and self.child is not None:
            self._close(self.child, "stopped together with the agent")

    def _surplus(self) -> str | None:
        too_much = os.fstat(self.out.fileno()).st_size > OUTPUT_BYTES
        return f"printed more than {OUTPUT_BYTES} bytes" if too_much else None

    def _excess(self) -> str | None:
        late = f"did not end within {self.deadline_seconds:g} s"
        return self._surplus() or (late if time.monotonic() >= self.end else None)

    def _close(self, child: starting.Child, cause: str | None, spent: float = 0.0) -> None:
        spent += kill(child)  # what it left behind too
        with self.out, self.errors:
            output, error = _start_of(self.out), _last_line(self.errors)
        self.outcome = Outcome(child.returncode or 0, output, error, spent, cause)


class Interpreted:
    """One probe read by an interpreter of its own: what Windows has in place of a fork.

    It answers as `agent.heavy.Child`: looked at now and then, since no descriptor tells of it.
    """

    def __init__(
        self, name: str, deadline_seconds: float, memory_bytes: int, notes: Mapping[str, str]
    ) -> None:
        self._running = probe(name, deadline_seconds, memory_bytes, notes)
        self.deadline_seconds = deadline_seconds
        self.end = self._running.end
        self.cpu_seconds = 0.0
        self._told = False

    @property
    def cause(self) -> str | None:
        outcome = self._running.outcome
        if outcome is None or outcome.cause or outcome.code == 0:
            return outcome.cause if outcome else None
        return f"exit code {outcome.code}: {outcome.error}"

    def fileno(self) -> int:
        return -1

    def lines(self) -> tuple[bytes, ...]:
        outcome = self._running.outcome
        if self._told or outcome is None or self.cause:
            return ()
        self._told = True
        return tuple(outcome.output.splitlines()[:1])

    def ended(self) -> bool:
        outcome = self._running.ended()
        self.cpu_seconds = outcome.cpu_seconds if outcome else 0.0
        return outcome is not None

    def stop(self) -> None:
        self._running.stop()


def _reaped(child: starting.Child, *, wait: bool) -> float | None:
    """Processor time of a child that has ended, with all that it waited for; None while it runs."""
    if sys.platform == "win32":
        return None if child.poll() is None else 0.0
    pid, status, spent = os.wait4(child.pid, 0 if wait else os.WNOHANG)
    if not pid:
        return None
    child.returncode = os.waitstatus_to_exitcode(status)
    return spent.ru_utime + spent.ru_stime


def _signalled(code: int) -> str | None:
    return f"killed by signal {-code}" if code < 0 else None


def kill(child: starting.Child) -> float:
    """End the child and all that it started; harmless once it has ended. Its processor time."""
    if sys.platform == "win32":
        child.kill()
        child.wait()
        return 0.0
    with contextlib.suppress(ProcessLookupError):  # gone already, which is what was wanted
        os.killpg(child.pid, signal.SIGKILL)
    return (_reaped(child, wait=True) or 0.0) if child.returncode is None else 0.0


def _start_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(OUTPUT_BYTES)


def _last_line(file: IO[bytes]) -> str:
    lines = _start_of(file).decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
