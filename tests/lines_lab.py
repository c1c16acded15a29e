"""An office's network out of namespaces: PCs, a switch, a router, a provider and what lies beyond.

Made only inside a network namespace of its own (`tests.namespaces.apart`), so that nothing outside
is touched. Every part is real: the kernel's bridge and routes, veth pairs as cables, `tc tbf` as a
line's rate. What devices would tell (a UPS) is data, but for `tests.lines_devices`, and so is the time
of day.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import subprocess  # noqa: TID251 - builds networks and starts servers in them
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

PCS = ("pc-1", "pc-2", "pc-3")
GATEWAY, HOP = "192.168.50.1", "100.64.1.1"
TARGETS = ("203.0.113.1:443", "203.0.113.2:443")
NAME_SERVER, WEB = "203.0.113.53", "203.0.113.80"
NAME, SERVICE = "dichvucong.example", "hoso.example"
ADDRESSES = {"collector": "192.168.50.10", "pc-1": "192.168.50.11", "pc-2": "192.168.50.12"}
ADDRESSES |= {"pc-3": "192.168.50.13"}
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Lab:
    """The whole network. `stop` ends every process and with them their namespaces."""

    def __init__(self) -> None:
        self.holders: dict[str, subprocess.Popen[bytes]] = {}
        self.children: list[subprocess.Popen[bytes]] = []
        for name in ("collector", *PCS, "switch", "router", "provider", "beyond"):
            self.holders[name] = subprocess.Popen(
                ["unshare", "--net", "sh", "-c", "echo; exec sleep 3600"], stdout=subprocess.PIPE
            )
        for holder in self.holders.values():
            assert holder.stdout is not None
            holder.stdout.readline()
        self._wire()

    def pid(self, name: str) -> int:
        return self.holders[name].pid

    def ip(self, name: str, *words: str) -> None:
        """The addresses, links and routes of that machine, changed from within."""
        self.command(name, "ip", *words)

    def command(self, name: str, *words: str) -> None:
        """One program inside, to its end."""
        done = subprocess.run(
            ["nsenter", f"--net=/proc/{self.pid(name)}/ns/net", *words],
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, (name, words, done.stderr)

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """A program inside, that goes on."""
        child = subprocess.Popen(
            ["nsenter", f"--net=/proc/{self.pid(name)}/ns/net", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.children.append(child)
        return child

    def cable(self, one: str, end: str, other: str, other_end: str) -> None:
        """A veth pair between two."""
        pair = ("veth", "peer", "name", other_end, "netns", str(self.pid(other)))
        self.ip(one, "link", "add", end, "type", *pair)

    def inside(self, name: str, work: Callable[[], Any]) -> _Told:
        """Work in a forked child within that namespace; its JSON answer is waited for later."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                with open(f"/proc/{self.pid(name)}/ns/net", "rb") as there:  # noqa: PTH123
                    assert LIBC.setns(there.fileno(), CLONE_NEWNET) == 0
                with os.fdopen(writing, "w") as out:
                    json.dump(work(), out)
                code = 0
            except BaseException:  # noqa: BLE001 - the parent tells the test
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        os.close(writing)
        return _Told(pid, reading)

    def stop(self) -> None:
        for child in (*self.children, *self.holders.values()):
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()

    def _wire(self) -> None:
        for name in self.holders:
            self.ip(name, "link", "set", "lo", "up")
        self.ip("switch", "link", "add", "br0", "type", "bridge")
        self.ip("switch", "link", "set", "br0", "up")
        for name, address in (*ADDRESSES.items(), ("router", GATEWAY)):
            port = f"p-{name}"
            self.cable(name, "lan0", "switch", port)
            self.ip("switch", "link", "set", port, "master", "br0", "up")
            self.ip(name, "addr", "add", f"{address}/24", "dev", "lan0")
            self.ip(name, "link", "set", "lan0", "up")
        for name in ADDRESSES:
            self.ip(name, "route", "add", "default", "via", GATEWAY)
        self.cable("router", "wan0", "provider", "access0")
        self.cable("provider", "core0", "beyond", "core0")
        for name, end, address in (
            ("router", "wan0", "100.64.1.2/30"),
            ("provider", "access0", f"{HOP}/30"),
            ("provider", "core0", "198.51.100.1/30"),
            ("beyond", "core0", "198.51.100.2/30"),
        ):
            self.ip(name, "addr", "add", address, "dev", end)
            self.ip(name, "link", "set", end, "up")
        self.ip("router", "route", "add", "default", "via", HOP)
        self.ip("provider", "route", "add", "192.168.50.0/24", "via", "100.64.1.2")
        self.ip("provider", "route", "add", "default", "via", "198.51.100.2")
        self.ip("beyond", "route", "add", "default", "via", "198.51.100.1")
        for host in (*(target.partition(":")[0] for target in TARGETS), NAME_SERVER, WEB):
            self.ip("beyond", "addr", "add", f"{host}/32", "dev", "lo")
        for name in ("router", "provider", "beyond"):
            # A namespace of its own has its own switch; /proc/sys shows that of who opens it.
            self.command(name, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")

    def shape(self, megabits: int) -> None:
        """The access line at that rate, both ways."""
        for name, end in (("router", "wan0"), ("provider", "access0")):
            words = ("tbf", "rate", f"{megabits}mbit", "burst", "64kb", "latency", "50ms")
            self.command(name, "tc", "qdisc", "replace", "dev", end, "root", *words)


class _Told:
    """A forked child's answer."""

    def __init__(self, pid: int, pipe: int) -> None:
        self._pid, self._pipe = pid, pipe

    def value(self) -> Any:
        with os.fdopen(self._pipe) as told:
            text = told.read()
        _, status = os.waitpid(self._pid, 0)
        assert status == 0, f"a child inside failed: {text}"
        return json.loads(text)


@contextmanager
def network() -> Iterator[Lab]:
    lab = Lab()
    try:
        yield lab
    finally:
        lab.stop()


def poll(done: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Wait for what another process does."""
    end = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < end, "it did not come about"
        select.select([], [], [], 0.02)
    return found
