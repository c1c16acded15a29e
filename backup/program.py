"""Runs one program to its end under a wall-clock limit: the one place of this package that does."""

from __future__ import annotations

import os
import signal
import subprocess  # noqa: TID251 - restic is a program; nothing else here starts one
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

STOPPED = "stopped on request"
GRACE_SECONDS = 30.0
"""Between the request to stop and the kill: restic removes its locks meanwhile."""
ERRORS_LIMIT_BYTES = 256 * 1024
"""Of what a program says on stderr; a repository with a million faults must not fill the memory."""


@dataclass(frozen=True)
class Ended:
    """How a program ended. `stopped` says why it was cut short, and is None when it was not."""

    code: int
    errors: str
    seconds: float
    stopped: str | None = None


def ignore(_line: bytes) -> None:
    """Take a line of output and leave it."""


def by_line(on_line: Callable[[bytes], None]) -> Callable[[IO[bytes]], None]:
    """A reader that hands on each line. Of an archive one may be as long as the archive."""

    def read(output: IO[bytes]) -> None:
        for line in output:
            on_line(line)

    return read


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    limit_seconds: float,
    stop: threading.Event,
    read: Callable[[IO[bytes]], None] | None = None,
    grace_seconds: float = GRACE_SECONDS,
    folder: Path | None = None,
) -> Ended:
    """Run a program, hand its output to `read`; raises OSError where it cannot start."""
    if stop.is_set():
        return Ended(code=-1, errors="", seconds=0.0, stopped=STOPPED)
    started = time.monotonic()
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            list(arguments),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        watch = _Watch(process, started + limit_seconds, stop, grace_seconds)
        watch.start()
        try:
            if process.stdout is not None:
                (read or by_line(ignore))(process.stdout)
            code = process.wait()
        finally:
            watch.finish()
        errors.seek(0)
        said = errors.read(ERRORS_LIMIT_BYTES).decode("utf-8", "replace")
    return Ended(code, said, time.monotonic() - started, watch.reason)


class _Watch(threading.Thread):
    """Stops the program at its deadline, or when the caller is asked to stop."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        deadline: float,
        stop: threading.Event,
        grace_seconds: float,
    ) -> None:
        super().__init__(name="program-watch", daemon=True)
        self._process = process
        self._deadline = deadline
        self._stop_asked = stop
        self._grace_seconds = grace_seconds
        self._finished = threading.Event()
        self.reason: str | None = None

    def run(self) -> None:
        while not self._finished.wait(0.2):
            if self._stop_asked.is_set():
                self.reason = STOPPED
            elif time.monotonic() >= self._deadline:
                self.reason = "took longer than its time limit and was stopped"
            if self.reason:
                return self._stop()
        return None

    def finish(self) -> None:
        """The output has ended, or its reader failed: then the program must not stay behind."""
        self._finished.set()
        self.join()
        if self._process.poll() is None:
            self._stop()

    def _stop(self) -> None:
        # An interrupt lets restic take its locks away; Windows knows only the hard way.
        if os.name == "posix":
            self._process.send_signal(signal.SIGINT)
        else:
            self._process.terminate()
        try:
            self._process.wait(self._grace_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
