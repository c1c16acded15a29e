"""A served collector as a process of its own, so that a test can kill it like a power cut."""

from __future__ import annotations

import asyncio
import http.client
import signal
import socket
import ssl
import subprocess  # noqa: TID251 - the collector under test is a process that can be killed
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from collector.authority import Authority
from collector.exposition import Block, Family
from collector.fleet import Fleet
from collector.ingest import fronted
from collector.inventory.model import Inventory
from collector.live import Live
from collector.own_metrics import OwnMetrics
from collector.problems import HANDLERS
from collector.serve import run, serve
from collector.store.columns import METADATA
from collector.store.database import connect
from collector.web import Parts, ingest, routes
from collector.writer import Writer
from tests.collector.office import OFFICE


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a process of its own reads its own clock


async def main(state: Path, url: str, port: int) -> None:
    """Serve the small office, or the one of `office.json` beside it, until SIGTERM."""
    store = connect(url)
    METADATA.create_all(store.engine)
    authority = Authority.open(state / "ca", ("wardwatch.test",), clock())
    live = Live(store)

    fleet = Fleet()
    declared = state / "office.json"
    office = Inventory.model_validate_json(declared.read_bytes()) if declared.exists() else OFFICE

    def told() -> Iterable[Family | Block]:
        return fleet.families(office, live.refresh(), clock())

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with Writer(store) as writer:
        parts = Parts(
            store=store,
            authority=authority,
            inventory=lambda: office,
            writer=writer,
            own=OwnMetrics(),
            families=(told,),
            clock=clock,
            state_folder=state,
            metrics_token=state / "metrics.token",
            replicas=lambda: (f"127.0.0.1:{port}",),
        )
        reports = ingest(parts)
        await serve(
            fronted(reports, Starlette(routes=routes(parts, reports), exception_handlers=HANDLERS)),
            "127.0.0.1",
            port,
            authority,
            stop,
        )
    store.close()


@dataclass
class Served:
    """A running collector, and how to talk to it over TLS."""

    process: subprocess.Popen[bytes]
    state: Path
    port: int

    def connection(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.state / "ca" / "ca.pem"))
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """One request on a connection of its own; `_` in a header's name stands for `-`."""
        connection = self.connection()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(state: Path, url: str, port: int | None = None) -> Iterator[Served]:
    """Start a collector and wait until it is ready; it is ended when the block is left."""
    port = port or free_port()
    words = (sys.executable, "-m", __name__, str(state), url, str(port))
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(words, cwd=root)
    collector = Served(process, state, port)
    try:
        _wait(collector)
        yield collector
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _wait(collector: Served) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if collector.ask("GET", "/readyz")[0] == 200:
                return
        except OSError:
            assert collector.process.poll() is None, "the collector ended at its start"
        assert time.monotonic() < deadline, "the collector is not ready after 60 seconds"
        time.sleep(0.05)


if __name__ == "__main__":
    run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
