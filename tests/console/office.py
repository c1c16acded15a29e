"""Builders and a running office for the console's tests: real parts, own folder, free port."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess  # noqa: TID251 - the command is run as the officer runs it
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec

DEADLINE_SECONDS = 60.0


def free_port() -> int:
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def wardwatch(*arguments: str, **extra: Any) -> subprocess.CompletedProcess[str]:
    return python("-m", "console", *arguments, **extra)


def python(*arguments: str, **extra: Any) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-P", *arguments, **extra)


def run(*words: str, **extra: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, **extra)


def poll(what: Callable[[], Any], seconds: float = DEADLINE_SECONDS) -> Any:
    """The first true answer; fails when there was none in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)  # between two looks, never instead of one


@dataclass
class Running:
    """A `wardwatch up` that has said hello."""

    process: subprocess.Popen[str]
    state: Path
    port: int
    hello: str
    log: Path

    @property
    def base(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def link(self) -> str | None:
        found = re.search(r"https://\S+/link/\S+", self.hello)
        return found[0] if found else None

    @property
    def agent(self) -> int:
        found = re.search(r"local agent +process (\d+)", self.hello)
        assert found, self.hello + self.log.read_text("utf-8")
        return int(found[1])

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        context = ssl.create_default_context(cafile=self.state / "ca" / "ca.pem")
        request = Request(self.base + path, headers=headers)  # noqa: S310 - https, as base says
        try:
            with urlopen(request, context=context, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def taken(self, headers: dict[str, str], path: str) -> bytes:
        """One file as it came."""
        context = ssl.create_default_context(cafile=self.state / "ca" / "ca.pem")
        request = Request(self.base + path, headers=headers)  # noqa: S310 - https, as base says
        with urlopen(request, context=context, timeout=30) as answer:  # noqa: S310
            found: bytes = answer.read()
            return found

    def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """One request as it is, without following where it leads."""
        context = ssl.create_default_context(cafile=self.state / "ca" / "ca.pem")
        with closing(
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)
        ) as line:
            line.request(method, path, body.encode() or None, headers or {})
            answer = line.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read().decode("utf-8", "replace")

    def json(self, *arguments: str) -> Any:
        done = wardwatch(*arguments, "--json", "--state", str(self.state))
        assert done.stdout, done.stderr
        return msgspec.json.decode(done.stdout)

    def stop(self) -> float:
        """Seconds that a clean stop took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began


@contextmanager
def up(
    state: Path, inventory: Path | None, port: int | None = None, more: tuple[str, ...] = ()
) -> Iterator[Running]:
    port = port or free_port()
    log = state.parent / f"up-{time.monotonic_ns()}.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-u", "-m", "console", "up"),
                *("--state", str(state), *(("--inventory", str(inventory)) if inventory else ())),
                *("--listen", f"127.0.0.1:{port}", "--agent-load-interval", "1", *more),
            ],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=state.parent,  # an inventory.yaml in the working folder would be taken
        )
    try:
        yield Running(process, state, port, _hello(process, log), log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        if process.stdout:
            process.stdout.close()


def _hello(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("  stop"):
            return "".join(lines)
    raise AssertionError("it said no hello:\n" + log.read_text("utf-8"))


def quick(example: Path, folder: Path, silent_seconds: float = 4) -> Path:
    """The example office with short patience, and lines that need no Internet."""
    text = example.read_text("utf-8")
    text, count = re.subn(r"after_seconds: 180", f"after_seconds: {silent_seconds}", text, count=1)
    assert count == 1
    path = folder / "inventory.yaml"
    path.write_text(text, "utf-8")
    return path


def alive(pid: int) -> bool:
    """A zombie is dead: whoever has to bury it may be slow."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def end(pid: int, number: int = signal.SIGTERM) -> None:
    os.kill(pid, number)


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(one) for one in found.split()]
