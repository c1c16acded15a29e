"""Measures the agent beside its peers, in one run on one machine, and prints a table with ratios.

    apt-get install prometheus-node-exporter zabbix-agent2 fusioninventory-agent
    python -m bench.agent [--cycles N]

A cycle is one `load` report sent over TLS, one scrape, or one round of the same values asked one by
one; 60 of them are an hour's worth of ours. All talk over the loopback.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import shutil
import socket
import struct
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import day, inventory
from bench.day import path, running
from bench.inventory import fusioninventory, our_inventory, table
from tests.agent import door
from tests.agent.door import eventually

PEERS = ("prometheus-node-exporter", "zabbix_agent2", "fusioninventory-inventory")
WARM = 5
"""Cycles before the measurement: what is loaded once is no cost of a cycle."""
ITEMS = (
    *("system.cpu.num", "system.cpu.load[all,avg1]", "system.cpu.util", "system.uptime"),
    *("vm.memory.size[total]", "vm.memory.size[available]", "proc.num"),
    *("system.swap.size[,total]", "system.swap.size[,free]"),
    *("vfs.fs.size[/,total]", "vfs.fs.size[/,free]", "net.if.in[lo]", "net.if.out[lo]"),
)
"""What our `load` holds, as zabbix calls it."""


@dataclass(frozen=True)
class Resident:
    """What a resident process costs."""

    name: str
    rss_bytes: int
    pss_bytes: int
    cpu_seconds: float
    """Of one cycle."""
    sent_bytes: float
    """Of one cycle, as it goes over the wire: without TCP and TLS."""


def measured(name: str, pid: int, cycles: int, cycle: Callable[[int], float]) -> Resident:
    """Run a few cycles, then `cycles` that count. `cycle` returns the bytes that it moved."""
    for number in range(WARM):
        cycle(number)
    before = day.cpu_seconds(pid)
    sent = sum(cycle(WARM + number) for number in range(cycles))
    spent = day.cpu_seconds(pid) - before
    rss, pss = _memory(pid)
    return Resident(name, rss, pss, spent / cycles, sent / cycles)


def ours(folder: Path, cycles: int) -> Resident:
    """The agent against a small real collector; its children have ended before it counts."""
    state = folder / "state"
    with door.opened(folder) as there, inventory.installed() as python:
        door.known(there, state)
        rhythm = ("--load-interval", "0.25", "--security-interval", "86400")
        environment = day.service_environment(Path(python), state)
        with running([*day.started(Path(python), state), *rhythm], environment) as pid:
            eventually(lambda: {row["kind"] for row in there.stored()} >= day.SECTIONS, 300)
            eventually(lambda: not day.children(pid), 300)

            def cycle(_number: int) -> float:
                seen, moved = len(there.sections("load")), there.bytes_read
                eventually(lambda: len(there.sections("load")) > seen)
                return there.bytes_read - moved

            return measured("wardwatch-agent", pid, cycles, cycle)


def node_exporter(cycles: int) -> Resident:
    """Scraped as Prometheus does: one kept connection is worth nothing to it, gzip is."""
    port = _free_port()
    command = ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"]

    def cycle(_number: int) -> float:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/metrics", headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - of the loopback
            raw: bytes = answer.read()
        if b"node_cpu" not in gzip.decompress(raw):
            sys.exit("node_exporter: no metrics came")
        return len(raw)

    with running(command) as pid:
        eventually(lambda: _listens(port))
        return measured("node_exporter", pid, cycles, cycle)


def zabbix_agent2(folder: Path, cycles: int) -> Resident:
    """Passive checks, each on a connection of its own, as its server asks them."""
    port = _free_port()
    settings = folder / "zabbix.conf"
    settings.write_text(
        f"Server=127.0.0.1\nListenIP=127.0.0.1\nListenPort={port}\nLogType=console\n"
        f"ControlSocket={folder}/zabbix.sock\nPidFile={folder}/zabbix.pid\n"
        f"PluginSocket={folder}/plugins.sock\n",
        "ascii",
    )

    def asked(item: str) -> int:
        with socket.create_connection(("127.0.0.1", port), 20) as there:
            there.sendall(b"ZBXD\1" + struct.pack("<Q", len(item)) + item.encode())
            answer = b"".join(iter(lambda: there.recv(4096), b""))
        if not answer.startswith(b"ZBXD"):
            sys.exit("zabbix_agent2: no value came")
        return len(answer)

    with running(["zabbix_agent2", "-f", "-c", str(settings)]) as pid:
        eventually(lambda: _listens(port))
        return measured("zabbix_agent2", pid, cycles, lambda _number: sum(map(asked, ITEMS)))


def main() -> int:
    """Print both tables; 2 where a peer is not installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cycles", type=int, default=60)
    cycles = parser.parse_args().cycles
    missing = [name for name in PEERS if shutil.which(name, path=path()) is None]
    if missing:
        sys.stderr.write(f"not installed: {', '.join(missing)}; see python -m bench.agent --help\n")
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = ours(folder, cycles)
        residents = [own, node_exporter(cycles), zabbix_agent2(folder, cycles)]
        whole = day.day(folder / "day")
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {cycles} cycles\n"
    )
    _table(residents)
    print()
    _goals(own, residents[1], whole)
    print()
    print(table([our_inventory(), fusioninventory()]))
    return 0


def _table(rows: list[Resident]) -> None:
    own = rows[0]
    print("| agent | RSS MiB | Pss MiB | CPU ms a cycle | bytes a cycle | RSS | CPU |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row.name} | {row.rss_bytes / 2**20:.1f} | {row.pss_bytes / 2**20:.1f}"
            f" | {row.cpu_seconds * 1000:.2f} | {row.sent_bytes:.0f}"
            f" | {row.rss_bytes / own.rss_bytes:.2f} x | {row.cpu_seconds / own.cpu_seconds:.2f} x |"
        )


def _goals(own: Resident, peer: Resident, whole: day.Day) -> None:
    mebibyte = 2**20
    rows = (
        ("RSS, MiB", own.rss_bytes / mebibyte, peer.rss_bytes / mebibyte),
        ("CPU of a cycle, ms", own.cpu_seconds * 1000, peer.cpu_seconds * 1000 / 4),
        ("bytes of a load", own.sent_bytes, 500.0),
        ("CPU of a day with all children, s", whole.cpu_seconds, 5.0),
        ("bytes of a day", whole.sent_bytes, 1e6),
    )
    print("| wardwatch-agent | measured | at most | of the goal |")
    print("| --- | --- | --- | --- |")
    for name, found, most in rows:
        print(f"| {name} | {found:.2f} | {most:.2f} | {found / most:.2f} |")
    print()
    print("| CPU of a day | s |")
    print("| --- | --- |")
    for name, seconds in whole.parts:
        print(f"| {name} | {seconds:.2f} |")


def _memory(pid: int) -> tuple[int, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    found = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines}
    return found["Rss:"], found["Pss:"]


def _free_port() -> int:
    # Below 32768: zabbix_agent2 takes no other.
    return next(port for port in range(20_000, 32_768) if not _listens(port))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(main())
