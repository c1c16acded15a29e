"""Measures how many reports a second the store takes in, durable when they are acknowledged.

    python -m bench.ingest [--reports N] [--database URL]

From the bytes of a request to the commit: what the HTTP server adds is not measured here.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from collector.ingest import understood
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.tables import reports
from collector.writer import QUEUE, Writer
from tests.collector.office import NOON, body, enrol, report

AGENTS = 100
SIZES = (1, 10)


def bodies(count: int, size: int, agents: Sequence[str]) -> list[tuple[str, bytes]]:
    """That many requests, each with reports of about 50 values, no two alike."""
    return [
        (
            agents[number % len(agents)],
            body(
                *(
                    report(1 + (number // len(agents)) * size + n, section=_load(number, n))
                    for n in range(size)
                ),
                epoch=f"{size:032x}",
            ),
        )
        for number in range(count)
    ]


def _load(number: int, n: int) -> dict[str, Any]:
    return {
        "cpu": {"cores": 4, "busy_seconds_total": number + n / 7, "seconds_total": number * 4.0},
        "memory": {"total_bytes": 8 << 30, "available_bytes": (4 << 30) + number},
        "filesystems": [
            {"mount": f"/{name}", "type": "ext4", "total_bytes": 1 << 40, "available_bytes": number}
            for name in range(9)
        ],
        "disk": {"in_bytes_total": number * 4096, "out_bytes_total": n},
        "network": {"in_bytes_total": number * 1500, "out_bytes_total": n},
        "uptime_seconds": number + 0.5,
        "processes": 200 + n,
    }


def taken_in(store: Store, requests: Sequence[tuple[str, bytes]]) -> float:
    """Seconds from the first request's bytes to the last commit, with as many waiting as may."""
    began = time.perf_counter()
    with Writer(store) as writer:
        for start in range(0, len(requests), QUEUE // 2):
            waiting = [
                writer.submit(understood(agent, raw, NOON)[0])
                for agent, raw in requests[start : start + QUEUE // 2]
            ]
            for future in waiting:
                future.result(60)
    return time.perf_counter() - began


def main() -> int:
    """Print one line for each size of a batch; fails where a row is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--database", help="URL of an empty one; else SQLite in a folder that goes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = connect(asked.database or f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        METADATA.create_all(store.engine)
        agents = [enrol(store, asset=f"pc-{number}")[0] for number in range(AGENTS)]
        expected = 0
        for size in SIZES:
            requests = bodies(asked.reports // size, size, agents)
            seconds = taken_in(store, requests)
            expected += len(requests) * size
            with store.read() as connection:
                rows = connection.execute(select(func.count()).select_from(reports)).scalar_one()
            if rows != expected:
                sys.exit(f"{rows} rows where {expected} were acknowledged")
            print(f"batches of {size}: {len(requests) * size / seconds:,.0f} reports/s")
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
