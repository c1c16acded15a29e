"""What a page costs: the serving process's own CPU time, the time to the answer, and bytes.

    python -m bench.console [--machines 80 7000] [--requests 20]

Starts an office with that many simulated PCs for each count, signs in, and asks for the first page
again and again, over one connection. CPU time is the serving process's (`/proc/PID/stat`, which
counts in hundredths of a second), the work that it does in the background included. Bytes are all
that a browser with an empty cache receives for the first page: its files as they are compressed.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import ssl
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from collector.store.database import connect
from tests.console.crowd import declare, fill
from tests.console.office import Running, children_of, poll, up
from tests.console.signed import Signed, sign_in

EXAMPLE = Path(__file__).resolve().parent.parent / "inventory.yaml"
PAGES = ("/", "/machines", "/machines/pc-0001", "/findings?verdict=fail", "/targets", "/officials")


def main() -> None:
    """Measure each size and print a table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--machines", type=int, nargs="+", default=[80, 7000])
    asked.add_argument("--requests", type=int, default=20)
    options = asked.parse_args()
    for machines in options.machines:
        with tempfile.TemporaryDirectory() as folder:
            _office(Path(folder), machines, options.requests)


def _office(folder: Path, machines: int, requests: int) -> None:
    inventory = declare(EXAMPLE, folder, machines)
    with up(folder / "state", inventory, more=("--without-agent",)) as office:
        store = connect(f"sqlite:///{office.state}/wardwatch.sqlite")
        fill(store, datetime.fromtimestamp(time.time(), UTC), machines)
        store.close()
        visitor = sign_in(office)
        last = f"pc-{machines - 3:04}"
        began = time.perf_counter()
        # A PC stands in the list as soon as it is declared: what counts is its readings.
        poll(lambda: "/reports/" in _asked(office, visitor, f"/machines/{last}"), 600)
        print(f"  seen whole after {time.perf_counter() - began:.1f} s")
        print(f"{machines} PCs")
        for path in PAGES:
            _page(office, visitor, path, requests)
        print(f"  first page without a cache: {_wire_bytes(office, visitor) / 1000:.1f} kB")


def _asked(office: Running, visitor: Signed, path: str) -> str:
    """The page's text, however long the first look at a large fleet takes."""
    with closing(_line(office)) as line:
        line.request("GET", path, headers=visitor.cookie)
        return line.getresponse().read().decode()


def _page(office: Running, visitor: Signed, path: str, requests: int) -> None:
    serving = children_of(office.process.pid)[0]
    _asked(office, visitor, path)
    before, took, size = _cpu_seconds(serving), [], 0
    with closing(_line(office)) as line:
        for _ in range(requests):
            began = time.perf_counter()
            line.request("GET", path, headers=visitor.cookie)
            answer = line.getresponse()
            size = len(answer.read())
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                sys.exit(f"{path}: {answer.status}")
    cpu = (_cpu_seconds(serving) - before) / requests
    print(
        f"  {path:<24} {cpu * 1000:7.1f} ms CPU   answer p50 {statistics.median(took) * 1000:7.1f} ms,"
        f" least {min(took) * 1000:6.1f}, most {max(took) * 1000:7.1f}   {size / 1000:6.1f} kB"
    )


def _wire_bytes(office: Running, visitor: Signed) -> int:
    """The page and every file that it names, as they come over the wire."""
    page = visitor.page("/")[1]
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    total = 0
    with closing(_line(office)) as line:
        for path in ("/", *files):
            line.request("GET", path, headers=visitor.cookie | {"accept-encoding": "gzip"})
            answer = line.getresponse()
            head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
            total += len(answer.read()) + head
    return total


def _line(office: Running) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cafile=office.state / "ca" / "ca.pem")
    return http.client.HTTPSConnection("127.0.0.1", office.port, timeout=120, context=context)


def _cpu_seconds(pid: int) -> float:
    """Utime and stime of all its threads (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
