"""How soon a reading is judged: from the acknowledged report to the row of the finding that changed.

`python -m bench.latency [--machines 80] [--reports 100]`: a running office (`wardwatch up`, so HTTP over
TLS, the serving process and the duties), with that many PCs; one of them tells that its firewall is
off, then on, again and again. Timed from the moment at which the acknowledgement was read.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from alerts.tables import finding_changes
from collector.store.database import Store, connect
from tests.collector.office import body, enrol, report
from tests.console.crowd import declare, fill
from tests.console.office import Running, poll, up

EXAMPLE = Path(__file__).resolve().parent.parent / "inventory.yaml"
LOOK_SECONDS = 0.002
GOAL_SECONDS = 1.0


def main() -> None:
    """Print the percentiles; exit code 1 where one took longer than the goal."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--machines", type=int, default=80)
    asked.add_argument("--reports", type=int, default=100)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        took = sorted(_measured(Path(name), options.machines, options.reports))
    cuts = statistics.quantiles(took, n=100)
    print(
        f"{options.machines} PCs, {len(took)} reports: finding after p50 {cuts[49]:.3f} s,"
        f" p95 {cuts[94]:.3f} s, most {took[-1]:.3f} s"
    )
    sys.exit(took[-1] > GOAL_SECONDS)


def _measured(folder: Path, machines: int, count: int) -> list[float]:
    inventory = declare(EXAMPLE, folder, machines)
    with up(folder / "state", inventory, more=("--without-agent",)) as office:
        store = connect(f"sqlite:///{office.state}/wardwatch.sqlite")
        fill(store, datetime.fromtimestamp(time.time(), UTC), machines)
        _, shown = enrol(store, f"pc-{machines - 1:04}")
        took = [_once(office, store, shown, number) for number in range(count + 1)]
        store.close()
    return took[1:]  # the first one waits until the office has been judged as a whole


def _once(office: Running, store: Store, shown: str, number: int) -> float:
    verdict = "pass" if number % 2 else "fail"
    checks = [{"id": "firewall", "verdict": verdict, "source": "registry", "observed": verdict}]
    batch = body(report(number + 1, "security", {"checks": checks})).decode()
    before = _changes(store)
    headers = {"authorization": shown, "content-type": "application/json"}
    status, _, told = office.ask("POST", "/v1/reports", batch, headers)
    began = time.perf_counter()
    if status != 200 or '"seqs":[' not in told:
        sys.exit(f"{status}: {told}")
    if number == 0:
        poll(lambda: _changes(store) > before, 300)
        return 0.0
    while _changes(store) == before:
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


def _changes(store: Store) -> int:
    asked = select(func.count()).where(finding_changes.c.rule == "firewall")
    with store.read() as connection:
        return int(connection.execute(asked).scalar_one())


if __name__ == "__main__":
    main()
