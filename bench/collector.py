"""Measures what the collector takes in and shows, beside Debian's pushgateway and VictoriaMetrics.

    python -m bench.collector [--reports N] [--scrape PCS ...] [--peers]

Every report is a request of its own or one of ten in a request, no two bodies alike; a peer gets the
same values. The client is a process of its own with requests made beforehand. Ours speaks TLS and
answers after the commit; the peers speak plain HTTP and answer before anything is durable.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import subprocess  # noqa: TID251 - servers under test and the client are started here
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
from isal import igzip
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from bench.flood import Outcome, write_requests
from bench.ingest import bodies
from collector.exposition import Family, pieces, render
from collector.fleet import Fleet
from collector.metrics import families
from collector.packing import gzipped
from collector.readings import Check, Counter, Filesystem, Load, MemoryLoad, Security
from collector.simulation.load import section
from collector.state import Agent, Latest, Machine, State
from collector.store.columns import METADATA
from collector.store.database import connect
from collector.store.tables import reports
from tests.collector.office import NOON, OFFICE, enrol
from tests.collector.served import free_port, served

AGENTS = 1000
SIZES = (1, 10)
CHECKS = 25  # with the other families: 50 series a PC


def request(path: str, body: bytes, *headers: str) -> bytes:
    """One request as it goes over the wire."""
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", *headers, f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


def flooded(port: int, file: Path, ca: Path | None) -> Outcome:
    """Run the client to its end."""
    words = [sys.executable, "-m", "bench.flood", str(port), str(file), "--connections", "128"]
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


def fleet(count: int) -> State:
    """So many PCs, each with 50 series."""
    checks = tuple(Check(f"check-{number}", "pass") for number in range(CHECKS))
    machines: dict[str, Machine] = {}
    for number in range(count):
        mounts = tuple(Filesystem(f"/{n}", 2**40, number + n) for n in range(4))
        load = Load(
            memory=MemoryLoad(2**33, number),
            filesystems=mounts,
            network=Counter(number, number),
            uptime_seconds=number,
        )
        machines[f"pc-{number}"] = Machine(
            f"pc-{number}",
            agent=Agent(f"a{number}", f"pc-{number}", "approved", "PC", NOON, NOON),
            load=Latest(1, NOON, NOON, load),
            security=Latest(1, NOON, NOON, Security(checks)),
            cpu_ratio=number % 100 / 100,
        )
    return State(machines)


def spoken(state: State, minute: int) -> State:
    """A minute later: every PC sent a load, all numbers of it new; its checks came to the same."""
    machines: dict[str, Machine] = {}
    for asset, machine in state.machines.items():
        if machine.load is not None and machine.agent is not None:
            at = machine.load.received_at + timedelta(minutes=1)
            number = 1000 * minute + len(machines)
            load = Load(
                memory=MemoryLoad(2**33, number),
                filesystems=tuple(Filesystem(f"/{n}", 2**40, number + n) for n in range(4)),
                network=Counter(number, number),
                uptime_seconds=60.0 * minute + number / 7,
            )
            machines[asset] = replace(
                machine,
                agent=replace(machine.agent, last_report_at=at),
                cpu_ratio=number % 997 / 997,
                load=Latest(2, at, at, load),
                security=Latest(2, at, at, Security(machine.security.value.checks))
                if machine.security
                else None,
            )
    return State(machines)


class Theirs(Collector):
    """The same families through prometheus-client, made at each scrape as it asks for."""

    def __init__(self, made: Sequence[Family]) -> None:
        self._made = made

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for family in self._made:
            names = list(family.samples[0].labels) if family.samples else []
            shown = GaugeMetricFamily(family.name, family.help, labels=names)
            for sample in family.samples:
                shown.add_metric(list(sample.labels.values()), sample.value)
            yield shown


def scrape(count: int) -> None:
    """One row: a minute in which every PC sends a load, worded as they come, and then a scrape.

    The last of sixty parts of the fleet is left to the scrape, as the serving process words what is
    new once a second. The peer makes all its lines at the scrape.
    """
    template = OFFICE.machines[0]
    office = OFFICE.model_copy(
        update={
            "machines": tuple(
                template.model_copy(update={"id": f"pc-{number}"}) for number in range(count)
            )
        }
    )
    state, kept = fleet(count), Fleet()

    def shown() -> tuple[float, bytes]:
        began = time.perf_counter()
        packed = gzipped(pieces(kept.families(office, state, NOON)))
        return time.perf_counter() - began, packed

    shown()
    again = min(shown()[0] for _ in range(5))
    minutes: list[float] = []
    words_seconds = 0.0
    for minute in range(1, 4):
        later, parts = spoken(state, minute), min(count, 60)
        names = list(later.machines)
        gc.collect()
        for part in range(parts):
            new = {name: later.machines[name] for name in names[part::parts]}
            state = State({**state.machines, **new})
            if part < parts - 1:
                began = time.process_time()
                kept.follow(office, state)
                words_seconds += time.process_time() - began
        took, packed = shown()
        minutes.append(took)
    text = gzip.decompress(packed)
    if text != render(families(office, state, NOON)):
        sys.exit("what was kept is not what would be made anew")
    registry = CollectorRegistry()
    registry.register(Theirs(tuple(families(office, state, NOON))))
    began = time.perf_counter()
    igzip.compress(generate_latest(registry), 1)
    theirs = time.perf_counter() - began
    ours, each = sorted(minutes)[1], text.count(b"\n") / count
    print(
        f"| {count:,} | {each:.0f} | {words_seconds / count / 3 * 1e6:.0f} "
        f"| {again * 1000:.1f} | {ours * 1000:.1f} | {theirs * 1000:.0f} | {theirs / ours:.1f} x |",
        flush=True,
    )


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
