"""A real systemd, booted over a throw-away copy of this machine's system: see `boot.sh`."""

from __future__ import annotations

import ctypes
import os
import queue
import signal
import subprocess  # noqa: TID251 - boots a system, and types what an administrator types in it
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agent import door
from tests.agent.door import Door, eventually

SCRIPT = Path(__file__).with_name("boot.sh")
APART = ("unshare", "--mount", "--propagation", "unchanged", "--net", "--uts", "--ipc")
NEW_NETWORK = 0x40000000
"""CLONE_NEWNET (sched.h)."""
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin", "LANG": "C.UTF-8"}
LONGEST_SECONDS = 120


@dataclass(frozen=True)
class Booted:
    """A system that runs. `around` keeps its files, its network and its name over restarts."""

    around: subprocess.Popen[str]
    folder: Path
    name: str

    @property
    def first(self) -> int:
        """Its first process, by the number that this machine knows it by; 0 while there is none."""
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if (path / "comm").read_text() != "systemd\n":
                    continue
                words = (path / "environ").read_bytes().split(b"\0")
                last = (path / "status").read_text().partition("NSpid:")[2].splitlines()[0]
            except OSError:
                continue  # it has ended
            if f"container={self.name}".encode() in words and last.split()[-1] == "1":
                return int(path.name)
        return 0

    def ran(self, *command: str, paste: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program inside, as root."""
        return subprocess.run(
            ["nsenter", f"--target={self.first}", "--all", "--", *command],
            input=paste,
            capture_output=True,
            text=True,
            env={**ENVIRONMENT, **more},
            timeout=LONGEST_SECONDS,
            check=False,
        )

    def told(self, *command: str, paste: str = "", **more: str) -> str:
        """What a program prints that must succeed inside."""
        done = self.ran(*command, paste=paste, **more)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def shown(self, name: str) -> str:
        """A property of the agent's unit, as systemd has it."""
        return self.told("systemctl", "show", "--value", "-p", name, "wardwatch-agent.service")

    def changed(self) -> frozenset[str]:
        """Every path whose content is not this machine's, after what `find -printf %y` calls it."""
        upper = f"/proc/{self.around.pid}/root{self.folder}/upper"
        listed = subprocess.run(
            ["find", upper, "-mindepth", "1", "-printf", "%y /%P\\n"],
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=True,
        )
        return frozenset(listed.stdout.splitlines())

    def is_up(self) -> bool:
        """Whether the start is over; what else this machine starts may lack something in there."""
        if not self.first:
            return False
        return self.ran("systemctl", "is-system-running").stdout in {"running\n", "degraded\n"}


@contextmanager
def booted(folder: Path, stick: Path) -> Iterator[Booted]:
    """Boot, and end whatever is left of it; `folder` is empty before and after."""
    if os.geteuid() != 0:
        pytest.fail("booting a system of its own needs root, for namespaces: run the tests as root")
    name = f"ww-{uuid.uuid4().hex[:12]}"
    private = (*APART, sys.executable, str(SCRIPT.with_name("rooting.py")), "private")
    around_it = ("sh", str(SCRIPT), "around", str(folder), str(stick), name, sys.executable)
    piped = subprocess.PIPE  # its stdin ends with this process, however that ends
    with subprocess.Popen([*private, *around_it], stdin=piped, stderr=piped, text=True) as around:
        assert around.stderr
        system = Booted(around, folder, name)
        try:
            eventually(lambda: around.poll() is not None or system.is_up())
            if around.poll() is not None:
                pytest.fail(f"no system of its own can be booted here: {around.stderr.read()}")
            yield system
        finally:
            around.send_signal(signal.SIGTERM)  # harmless where it was switched off
            around.wait(LONGEST_SECONDS)


@contextmanager
def opened_inside(system: Booted, folder: Path) -> Iterator[Door]:
    """A collector on the loopback of that system, its thread in that network."""
    given: queue.Queue[Door | OSError] = queue.Queue()
    over = threading.Event()

    def serve() -> None:
        library = ctypes.CDLL(None, use_errno=True)
        with Path(f"/proc/{system.around.pid}/ns/net").open("rb") as network:
            if library.setns(network.fileno(), NEW_NETWORK):
                given.put(OSError(ctypes.get_errno(), "setns"))
                return
        with door.opened(folder) as there:
            given.put(there)
            over.wait()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        there = given.get(timeout=LONGEST_SECONDS)
        if isinstance(there, OSError):
            raise there
        yield there
    finally:
        over.set()
        thread.join()
