"""A short-lived child of this very process, for what is heavy or can hang (fork(2); not on Windows).

Forked from the resident it needs no interpreter of its own: a start costs milliseconds, where
`python -m agent` costs a tenth of a second. The resident has one thread, so that fork is safe.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

if sys.platform == "win32":
    raise ImportError("Windows has no fork: its children are interpreters, see agent.programs")

OUTPUT_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
TROUBLE = 3
"""Exit code of a child that could not do its work; its last line says why."""
Say = Callable[[bytes], None]
"""Hands one line to the parent."""


class Forked:
    """A child at work. `end` is the monotonic instant of its deadline; the owner may move it."""

    def __init__(self, work: Callable[[Say], None], deadline_seconds: float) -> None:
        self.deadline_seconds = deadline_seconds
        self.end = time.monotonic() + deadline_seconds
        self.cpu_seconds = 0.0
        """Of the child and all that it waited for, once it has ended."""
        self._read = 0
        self._buffer = bytearray()
        self._cause: str | None = None
        self._over = False
        self._pipe, theirs = os.pipe()
        try:
            self._pid = os.fork()
        except OSError as problem:
            self._cause, self._over = f"cannot start: {problem.strerror}", True
            self._close()
        else:
            if self._pid == 0:
                _be_the_child(work, theirs)
            os.set_blocking(self._pipe, False)
        os.close(theirs)

    def fileno(self) -> int:
        """Readable when there is news; -1 once it has closed its end."""
        return self._pipe

    def lines(self) -> tuple[bytes, ...]:
        """Whole lines that have come since the last look."""
        self._fill()
        *whole, rest = self._buffer.split(b"\n")
        self._buffer = rest
        return tuple(bytes(line) for line in whole)

    def ended(self) -> bool:
        """Whether it is over; what it said before is then all that it will say."""
        if not self._over:
            self._fill()
            # It closes its end by ending, and in no other way: then there is no wait.
            pid, status, spent = os.wait4(self._pid, os.WNOHANG if self._pipe >= 0 else 0)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                cause = f"killed by signal {-code}" if code < 0 else None
                self._finish(cause or (f"exit code {code}" if code else None))
                self.cpu_seconds = spent.ru_utime + spent.ru_stime
            elif self._read > OUTPUT_BYTES:
                self.stop(f"printed more than {OUTPUT_BYTES} bytes")
            elif time.monotonic() >= self.end:
                self.stop(f"did not end within {self.deadline_seconds:g} s")
        return self._over

    @property
    def cause(self) -> str | None:
        """What went wrong, once it is over; None where nothing did."""
        return self._cause

    def stop(self, cause: str = "stopped together with the agent") -> None:
        """End it before its time, with all that it started; harmless once it is over."""
        if self._over:
            return
        os.kill(self._pid, signal.SIGKILL)  # by itself too: it may have no group yet
        _kill_group(self._pid)
        _, _, spent = os.wait4(self._pid, 0)
        self.cpu_seconds = spent.ru_utime + spent.ru_stime
        self._finish(cause)

    def _finish(self, cause: str | None) -> None:
        _kill_group(self._pid)  # what it left behind too
        self._fill()
        self._close()
        self._cause, self._over = cause, True

    def _fill(self) -> None:
        while self._pipe >= 0 and self._read <= OUTPUT_BYTES:
            try:
                data = os.read(self._pipe, CHUNK_BYTES)
            except BlockingIOError:
                return
            if not data:
                self._close()
            self._read += len(data)
            self._buffer += data

    def _close(self) -> None:
        if self._pipe >= 0:
            os.close(self._pipe)
        self._pipe = -1


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # gone already, which is what was wanted


def _be_the_child(work: Callable[[Say], None], pipe: int) -> None:
    """Never returns: whatever happens, not one line of the parent's own code may run here."""
    code = TROUBLE
    try:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        _let_go_of_all_but(pipe)
        if sys.flags.no_site:
            _find_packages()

        def say(line: bytes) -> None:
            left = memoryview(line + b"\n")
            while left:
                left = left[os.write(pipe, left) :]

        work(say)
        code = 0
    finally:
        # Not sys.exit: the parent's spool, its locks and its buffers are not this one's to close.
        os._exit(code)


def _let_go_of_all_but(pipe: int) -> None:
    """Turn every other descriptor into /dev/null: its number stays taken, its file is let go."""
    null = os.open(os.devnull, os.O_RDWR)
    for name in os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd"):
        number = int(name)
        if number not in {2, pipe, null} and _is_open(number):
            os.dup2(null, number, inheritable=number < 3)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False  # the one by which the folder was listed
    return True


def _find_packages() -> None:
    """The service starts without `site`; psutil lies where only that looks."""
    import site  # noqa: PLC0415

    site.main()
