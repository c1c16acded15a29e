"""Measures what the collector takes in and shows, beside Debian's pushgateway and VictoriaMetrics.

    python -m bench.collector [--reports N] [--scrape PCS ...] [--peers]

Every report is a request of its own or one of ten in a request, no two bodies alike; a peer gets the
same values. The client is a process of its own with requests made beforehand. Ours speaks TLS and
answers after the commit; the peers speak plain HTTP and answer before anything is durable.
"""

from __future__ import annotations

import argparse
import subprocess  # noqa: TID251 - servers under test and the client are started here
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
from sqlalchemy import func, select

from bench.flood import Outcome, write_requests
from bench.ingest import bodies
from bench.scrape import scrape
from collector.simulation.load import section
from collector.store.columns import METADATA
from collector.store.database import connect
from collector.store.tables import reports
from tests.collector.office import enrol
from tests.collector.served import free_port, served

AGENTS = 1000
SIZES = (1, 10)
CONNECTIONS = 512  # a PC keeps one of its own, with one report under way


def request(path: str, body: bytes, *headers: str) -> bytes:
    """One request as it goes over the wire."""
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", *headers, f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


def flooded(port: int, file: Path, ca: Path | None) -> Outcome:
    """Run the client to its end."""
    words = [sys.executable, "-m", "bench.flood", str(port), str(file)]
    words += ["--connections", str(CONNECTIONS), "--depth", "1"]
    if ca is not None:
        words += ["--ca", str(ca)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Outcome)


def figures(pid: int) -> tuple[float, int, float]:
    """Of a process: CPU seconds, bytes written to the disk, RSS in MiB (proc(5))."""
    stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    io = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text("ascii").splitlines())
    status = Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
    rss = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    return (int(stat[11]) + int(stat[12])) / 100, int(io["write_bytes"]), rss


def told(
    name: str, size: int, outcome: Outcome, before: tuple[float, int, float], pid: int
) -> None:
    """One row of the table."""
    if outcome.answered != outcome.requests:
        sys.exit(f"{name}: {outcome.requests - outcome.answered} requests were refused")
    cpu, written, rss = figures(pid)
    count = outcome.requests * size
    p99 = outcome.latencies_seconds[int(len(outcome.latencies_seconds) * 0.99)]
    print(
        f"| {name} | {size} | {count / outcome.seconds:,.0f} | {p99 * 1000:.0f} "
        f"| {(cpu - before[0]) / count * 1e6:.0f} | {(written - before[1]) / count:,.0f} | {rss:.0f} |",
        flush=True,
    )


def ours(folder: Path, count: int) -> None:
    """Our collector, over TLS; each row is counted afterwards."""
    url = f"sqlite:///{folder}/bench.sqlite"
    store = connect(url)
    METADATA.create_all(store.engine)
    known = dict(enrol(store, asset=f"pc-{number}") for number in range(AGENTS))
    expected = 0
    with served(folder, url) as running:
        for size in SIZES:
            made = bodies(count // size, size, list(known))
            bearer = {agent: f"Authorization: {shown}" for agent, shown in known.items()}
            write_requests(
                folder / "r", [request("/v1/reports", body, bearer[who]) for who, body in made]
            )
            before = figures(running.process.pid)
            outcome = flooded(running.port, folder / "r", folder / "ca" / "ca.pem")
            told("wardwatch", size, outcome, before, running.process.pid)
            expected += outcome.requests * size
            with store.read() as connection:
                rows = connection.execute(select(func.count()).select_from(reports)).scalar_one()
            if rows != expected:
                sys.exit(f"{rows} rows where {expected} were acknowledged")
    store.close()


@contextmanager
def peer(words: Sequence[str], ready: str) -> Iterator[int]:
    """A peer that answers; gives its process number."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urlopen(ready, timeout=5).close()  # noqa: S310 - a loopback address of our own
                break
            except URLError:
                if time.monotonic() > deadline:
                    sys.exit(f"{words[0]} does not answer")
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def values(number: int) -> dict[str, float]:
    """The same numbers that our report holds, by name."""
    found: dict[str, float] = {}
    for name, part in section(number).items():
        rows = part if isinstance(part, list) else [part]
        for index, row in enumerate(rows):
            fields = row.items() if isinstance(row, dict) else [("value", row)]
            found |= {f"{name}_{index}_{k}": v for k, v in fields if isinstance(v, int | float)}
    return found


def lines(number: int, labels: str) -> bytes:
    """One report in Prometheus' text format."""
    text = "".join(f"ww_{name}{labels} {value}\n" for name, value in values(number).items())
    return text.encode()


def victoria(folder: Path, count: int) -> None:
    """VictoriaMetrics' import of the text format, one report a request and ten."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    words = (
        "victoria-metrics",
        f"-storageDataPath={folder}/vm",
        f"-httpListenAddr=127.0.0.1:{port}",
    )
    with peer(words, f"{base}/health") as pid:
        for size in SIZES:
            made = [
                request(
                    "/api/v1/import/prometheus",
                    b"".join(
                        lines(n * size + k, f'{{asset="pc-{n % AGENTS}"}}') for k in range(size)
                    ),
                )
                for n in range(count // size)
            ]
            write_requests(folder / "r", made)
            before = figures(pid)
            told("victoria-metrics", size, flooded(port, folder / "r", None), before, pid)


def pushgateway(folder: Path, count: int) -> None:
    """The pushgateway with its consistency check, as Debian starts it; a group for each of 60 PCs."""
    port = free_port()
    words = ("prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{port}")
    with peer(words, f"http://127.0.0.1:{port}/-/ready") as pid:
        made = [request(f"/metrics/job/ww/asset/pc-{n % 60}", lines(n, "")) for n in range(count)]
        write_requests(folder / "r", made)
        before = figures(pid)
        told("pushgateway, 60 groups", 1, flooded(port, folder / "r", None), before, pid)


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--peers", action="store_true", help="the peers too, in the same run")
    parser.add_argument("--scrape", type=int, nargs="*", default=[60, 1_000, 10_000])
    wish = parser.parse_args()
    print("| server | reports a request | reports/s | p99 ms | CPU us | bytes written | RSS MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as name:
        ours(Path(name), wish.reports)
    if wish.peers:
        for run, count in ((victoria, wish.reports), (pushgateway, wish.reports // 10)):
            with tempfile.TemporaryDirectory() as name:
                run(Path(name), count)
    names = "words us a report | unchanged ms | every load new ms | prometheus-client ms | ratio"
    print(f"\n| PCs | lines a PC | {names} |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for count in wish.scrape:
        scrape(count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
