"""Two servers on one PostgreSQL behind a balancer: killed one by one, they lose and double nothing."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import ssl
import subprocess  # noqa: TID251 - the servers under test and a real nginx are started and killed
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from collector.leases import holder_of
from collector.store.database import Store, connect
from collector.store.tables import reports
from tests.collector.conftest import postgres, postgres_url  # noqa: F401 - fixtures, by name
from tests.collector.office import body, enrol, load, report
from tests.console.office import Running, children_of, free_port, poll, quick, up

MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
FLEET = 6


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the servers under test go by the real clock


@contextmanager
def balancer(folder: Path, ports: tuple[int, int]) -> Iterator[int]:
    """A real nginx that passes TCP on, to whichever server answers."""
    port = free_port()
    servers = "\n".join(f"server 127.0.0.1:{p} max_fails=1 fail_timeout=1s;" for p in ports)
    config = folder / "nginx.conf"
    config.write_text(
        f"""load_module {MODULE};
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 256; }}
stream {{
    upstream collectors {{ {servers} }}
    server {{ listen 127.0.0.1:{port}; proxy_pass collectors; proxy_connect_timeout 1s; }}
}}
""",
        "utf-8",
    )
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert found is not None, "nginx is missing: install nginx-light and libnginx-mod-stream"
    process = subprocess.Popen((found, "-c", str(config), "-p", str(folder), "-e", "stderr"))
    try:
        yield port
    finally:
        process.terminate()
        process.wait(20)


class Senders:
    """A fleet that sends without a pause, and what was acknowledged to it."""

    def __init__(self, state: Path, port: int, fleet: list[tuple[str, str]]) -> None:
        self.acknowledged: set[tuple[str, int]] = set()
        self.stop = threading.Event()
        self._context = ssl.create_default_context(cafile=str(state / "ca" / "ca.pem"))
        self._port = port
        self.threads = [threading.Thread(target=self._send, args=one) for one in fleet]

    def _send(self, agent: str, shown: str) -> None:
        seq = 1
        while not self.stop.is_set():
            line = http.client.HTTPSConnection(
                "127.0.0.1", self._port, timeout=20, context=self._context
            )
            try:
                while not self.stop.is_set():
                    sent = body(*(report(seq + n, section=load(seq, seq, seq)) for n in range(5)))
                    line.request("POST", "/v1/reports", sent, {"Authorization": shown})
                    answer = line.getresponse()
                    text = answer.read()
                    if answer.status == 200:
                        stored = msgspec.json.decode(text)["seqs"]
                        self.acknowledged.update((agent, one) for one in stored)
                        seq += 5
                    else:  # its bucket is empty, or the server is about to end
                        self.stop.wait(0.2)
            except (OSError, http.client.HTTPException):
                self.stop.wait(0.1)  # the same batch again, wherever the balancer leads
            finally:
                line.close()


def holder(store: Store) -> str | None:
    with store.read() as connection:
        return holder_of(connection, "duties", now())


def grown(senders: Senders, by: int) -> bool:
    before = len(senders.acknowledged)
    return bool(poll(lambda: len(senders.acknowledged) >= before + by))


@pytest.fixture
def servers(
    tmp_path: Path,
    example_inventory_path: Path,
    postgres_url: str,  # noqa: F811 - the fixture imported above
) -> Iterator[tuple[tuple[Running, Running], str]]:
    inventory = quick(example_inventory_path, tmp_path, silent_seconds=60)
    (tmp_path / "one").mkdir()
    with ExitStack() as stack:
        wish = ("--database", postgres_url)
        first = stack.enter_context(up(tmp_path / "one" / "state", inventory, more=wish))
        # The second server speaks with the same certificate authority: it is one collector.
        second_state = tmp_path / "two" / "state"
        shutil.copytree(first.state / "ca", second_state / "ca")
        more = (*wish, "--without-agent")
        second = stack.enter_context(up(second_state, inventory, more=more))
        yield (first, second), postgres_url


def test_any_process_may_be_killed_under_load(
    servers: tuple[tuple[Running, Running], str], tmp_path: Path
) -> None:
    (first, second), url = servers
    store = connect(url)
    fleet = [enrol(store, asset=None) for _ in range(FLEET)]
    listed = {f"127.0.0.1:{first.port}", f"127.0.0.1:{second.port}"}
    poll(lambda: set(msgspec.json.decode(second.get("/sd")[1])[0]["targets"]) == listed)
    with balancer(tmp_path, (first.port, second.port)) as port:
        poll(lambda: holder(store) == f"127.0.0.1:{first.port}")
        senders = Senders(first.state, port, fleet)
        for thread in senders.threads:
            thread.start()
        try:
            assert grown(senders, 100)
            serving = children_of(first.process.pid)[0]
            os.kill(serving, signal.SIGKILL)
            assert grown(senders, 100)
            first.process.kill()  # with all its children, as a power cut would
            # Within 15 s, which the lease's own figures hold: see test_leases.
            poll(lambda: holder(store) == f"127.0.0.1:{second.port}")
            assert grown(senders, 100)
        finally:
            senders.stop.set()
            for thread in senders.threads:
                thread.join()
    with store.read() as connection:
        rows = connection.execute(select(reports.c.agent, reports.c.seq)).all()
    store.close()
    mine = {agent for agent, _ in fleet}
    stored = [(row.agent, row.seq) for row in rows if row.agent in mine]
    assert len(stored) == len(set(stored)), "doubled"
    assert senders.acknowledged <= set(stored), "lost"


def test_a_second_server_says_how_it_is_started() -> None:
    words = (sys.executable, "-P", "-m", "console", "up", "--help")
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "--without-agent" in said
