"""Measures how the collector's costs grow with the fleet, and an open loop of a whole country.

    python -m bench.growth [--pcs N ...] [--reports N] [--open-loop SECONDS]

Each fleet's agents have an epoch in the store before the measurement, so that its tables and
indexes have their size; each report is a request of its own over TLS, by agents in random order,
no two bodies alike. The rows are counted afterwards.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from sqlalchemy import func, select, text

from bench.collector import figures, flooded, request
from bench.flood import write_requests
from collector.simulation import fleet, load
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.tables import reports
from tests.collector.office import NOON, body, report
from tests.collector.served import served

PCS = (60, 1_000, 10_000, 100_000, 200_000)
EPOCH = "e" * 32
A_DAY = 24 * 60  # loads of one PC
COUNTRY_SECONDS = 60.0  # in which each of its PCs speaks once
BURST = 100  # reports at once that one agent's quota lets through
BEGIN = (
    "INSERT INTO epochs (agent, epoch, ordinal, first_received_at)"
    " SELECT id, :epoch, 1, 0 FROM agents"
)


def enrolled(store: Store, count: int) -> tuple[fleet.Member, ...]:
    """So many agents, each with an epoch."""
    METADATA.create_all(store.engine)
    with store.write() as connection:
        members = fleet.enrol(connection, NOON, "bench", count)
        connection.execute(text(BEGIN), {"epoch": EPOCH})
    return members


def size_bytes(folder: Path) -> int:
    """Of the database, its log taken in."""
    store = connect(f"sqlite:///{folder}/bench.sqlite")
    with store.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    store.close()
    return (folder / "bench.sqlite").stat().st_size


def row(folder: Path, count: int, sent: int) -> None:
    """One row of the table."""
    url = f"sqlite:///{folder}/bench.sqlite"
    store = connect(url)
    members = list(enrolled(store, count))
    random.Random(count).shuffle(members)  # noqa: S311 - an order, no secret
    made = [
        request(
            "/v1/reports",
            body(report(1 + n // count, section=load.section(n)), epoch=EPOCH),
            f"Authorization: Bearer {members[n % count].agent}.{members[n % count].key}",
        )
        for n in range(sent)
    ]
    write_requests(folder / "r", made)
    with served(folder, url) as running:
        empty, before = size_bytes(folder), figures(running.process.pid)
        outcome = flooded(running.port, folder / "r", folder / "ca" / "ca.pem")
        cpu, written, rss = figures(running.process.pid)
    with store.read() as connection:
        stored = connection.execute(select(func.count()).select_from(reports)).scalar_one()
    store.close()
    if stored != sent or outcome.answered != sent:
        sys.exit(f"{count} PCs: {sent} sent, {outcome.answered} acknowledged, {stored} stored")
    a_report = (size_bytes(folder) - empty) / sent
    print(
        f"| {count:,} | {(cpu - before[0]) / sent * 1e6:.0f} | {(written - before[1]) / sent:,.0f} "
        f"| {rss:.0f} | {a_report * A_DAY / 1e6:.2f} |",
        flush=True,
    )


def open_loop(folder: Path, count: int, seconds: float) -> None:
    """Every PC of the country once a minute, whether or not answers come."""
    url = f"sqlite:///{folder}/bench.sqlite"
    store = connect(url)
    members = enrolled(store, count)
    with served(folder, url) as running:
        before = figures(running.process.pid)
        course = load.Course(
            host="localhost",
            port=running.port,
            ca_file=str(folder / "ca" / "ca.pem"),
            fleet=members,
            connections=1024,
            interval_seconds=COUNTRY_SECONDS,
            seconds=seconds,
        )
        outcome = load.run(course, 1)
        cpu, written, rss = figures(running.process.pid)
    with store.read() as connection:
        stored = connection.execute(select(func.count()).select_from(reports)).scalar_one()
    store.close()
    p50, p99 = (load.quantile(outcome.latencies, share) or 0.0 for share in (0.5, 0.99))
    print(
        f"\nopen loop, {count:,} PCs, {outcome.due / seconds:,.0f} reports/s for {seconds:.0f} s: "
        f"{outcome.stored} of {outcome.due} acknowledged, {stored} stored, p50 {p50 * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms, {(cpu - before[0]) / seconds:.2f} processors, "
        f"{(written - before[1]) / outcome.due:,.0f} bytes written a report, RSS {rss:.0f} MiB, "
        f"{outcome.errors}"
    )


def main() -> int:
    """Print the table, and the open loop where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pcs", type=int, nargs="*", default=PCS)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--open-loop", type=float, metavar="SECONDS")
    wish = parser.parse_args()
    print("| PCs | CPU us a report | bytes written a report | RSS MiB | MB a PC and day |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    for count in wish.pcs:
        with tempfile.TemporaryDirectory() as name:
            row(Path(name), count, min(wish.reports, count * BURST))
    if wish.open_loop:
        with tempfile.TemporaryDirectory() as name:
            open_loop(Path(name), max(PCS), wish.open_loop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
