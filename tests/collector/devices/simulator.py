"""A real SNMP responder for recordings: snmpsim, on a port of its own, as a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess  # noqa: TID251 - the tests start the devices that they ask
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30.0
V3 = ("wardwatch", "authentication-key", "privacy-key-0")


def free_udp_port() -> int:
    """One that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(recordings: Path, scratch: Path, addresses: int = 1) -> Iterator[int]:
    """Every `NAME.snmprec` of the folder under the community NAME; gives the port."""
    data, cache, log = scratch / "data", scratch / "cache", scratch / "snmpsim.log"
    data.mkdir(parents=True)
    for one in recordings.glob("*.snmprec"):
        shutil.copy(one, data / one.name)
    port = free_udp_port()
    words = [
        str(Path(sys.executable).with_name("snmpsim-command-responder")),
        *(f"--data-dir={data}", f"--cache-dir={cache}"),
        *(f"--agent-udpv4-endpoint=127.0.0.{one}:{port}" for one in range(1, addresses + 1)),
    ]
    if os.geteuid() == 0:  # it refuses to run as root unless told so
        words += ["--process-user=root", "--process-group=root"]
    with log.open("wb") as out:
        child = subprocess.Popen(words, stdout=out, stderr=out, cwd=scratch)
        try:
            _listening(child, log)
            yield port
        finally:
            child.terminate()
            child.wait(10)


def _listening(child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Listening at UDP" not in log.read_text(errors="replace"):
        assert child.poll() is None, log.read_text(errors="replace")[-2000:]
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-2000:]
        time.sleep(0.05)
