"""The one module of the console that starts programs: our own, under the same Python."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess  # noqa: TID251 - the supervisor starts its own processes
import sys
from functools import partial
from pathlib import Path

JOIN_DEADLINE_SECONDS = 60
PR_SET_PDEATHSIG = 1  # prctl(2)

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Child = subprocess.Popen[bytes]


class ChildError(Exception):
    """A program of ours that could not do its work."""


def start(module: str, *arguments: str) -> Child:
    """Start `python -m module`, which ends by itself when this process ends, even by kill -9."""
    return subprocess.Popen(
        [*_python(), module, *arguments],
        stdin=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C reaches the supervisor alone, which stops the others in order
        preexec_fn=partial(_end_with_parent, os.getpid()),  # noqa: PLW1509 - one thread only; nothing else can bind them
    )


def serve(*arguments: str) -> Child:
    """Start a program of the system that serves until it is stopped, and ends when we do."""
    return subprocess.Popen(
        # Not by preexec_fn as above: the duties have threads by now.
        ["setpriv", "--pdeathsig=TERM", "--", *arguments],
        stdin=subprocess.DEVNULL,
        process_group=0,
    )


def stop(child: Child, seconds: float) -> None:
    """Ask, wait, and then insist."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def join_agent(join_string: str, folder: Path) -> None:
    """Join the local agent. The string goes through stdin, out of sight of the process list."""
    try:
        done = subprocess.run(
            [*_python(), "agent", "join", "-", "--state", str(folder)],
            input=join_string.encode(),
            capture_output=True,
            timeout=JOIN_DEADLINE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChildError("the local agent did not join in a minute") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ChildError(f"the local agent could not join: {said[-1] if said else 'no reason'}")


def _python() -> list[str]:
    # -P: a folder named `agent` in the current directory must not be taken for ours.
    return [sys.executable, "-P", "-m"]


def _end_with_parent(parent: int) -> None:
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died between fork and prctl
            os.kill(os.getpid(), signal.SIGTERM)
