"""Starts a program by a list of words: posix_spawn(3), and what Windows has in its place.

The module that Python brings for this costs a probe's child, with all that it loads, a third of
what reading its section does; the resident would keep it after its first backup.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

from agent.lean import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import IO

FILE_BYTES = 64 * 1024 * 1024
"""The largest file that a program of the list may write: what it prints is kept in memory until
somebody looks how much it is."""


class Child(Protocol):
    """A program at work, first of a session of its own on Unix."""

    pid: int
    returncode: int | None
    """None until it was seen to have ended; negative for a signal."""

    def poll(self) -> int | None:
        """The same after a look."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Wait for its end."""


if sys.platform == "win32":
    import subprocess  # noqa: TID251 - the agent's one module that starts programs
    import tempfile

    def started(
        arguments: list[str], environment: Mapping[str, str], out: int, errors: int
    ) -> Child:
        """Start it; raises `OSError`. What it prints goes into those two files."""
        return subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=environment
        )

    def file() -> IO[bytes]:
        """For what a program prints: without a name, and gone when it is closed."""
        return tempfile.TemporaryFile()

    def cap(child: Child) -> None:
        """Its job object caps it already."""

else:

    class Spawned:
        """As `Child`. Whoever waits for it by other means notes its `returncode`."""

        def __init__(
            self, arguments: list[str], environment: Mapping[str, str], out: int, errors: int
        ) -> None:
            self.returncode: int | None = None
            files = (
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, out, 1),
                (os.POSIX_SPAWN_DUP2, errors, 2),
            )
            # Python lets these pass; other programs expect to be ended by them.
            defaults = (signal.SIGPIPE, signal.SIGXFSZ)
            self.pid = os.posix_spawn(
                arguments[0],
                arguments,
                environment,
                file_actions=files,
                setsid=True,
                setsigdef=defaults,
            )

        def poll(self) -> int | None:
            if self.returncode is None:
                self._note(os.WNOHANG)
            return self.returncode

        def wait(self) -> int:
            while self.returncode is None:
                self._note(0)
            return self.returncode

        def kill(self) -> None:
            if self.returncode is None:
                os.kill(self.pid, signal.SIGKILL)

        def _note(self, options: int) -> None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)

    def started(
        arguments: list[str], environment: Mapping[str, str], out: int, errors: int
    ) -> Child:
        """Start it; raises `OSError`. What it prints goes into those two files."""
        return Spawned(arguments, environment, out, errors)

    if sys.platform == "linux":

        def file() -> IO[bytes]:
            """For what a program prints: without a name, and gone when it is closed."""
            return os.fdopen(os.memfd_create("output"), "w+b")

        def cap(child: Child) -> None:
            """Let it write no file larger than `FILE_BYTES`."""
            import resource  # noqa: PLC0415 - the resident starts nothing that is capped

            try:
                resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
            except OSError:
                return  # ended already, or a kernel that will not: it is looked at all the same

    else:

        def file() -> IO[bytes]:
            """For what a program prints: without a name, and gone when it is closed."""
            import tempfile  # noqa: PLC0415 - not on Linux

            return tempfile.TemporaryFile()

        def cap(child: Child) -> None:
            """No other Unix caps a process from outside."""
