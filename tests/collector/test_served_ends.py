"""How the server ends: killed, told to end, and cutting off who would hold it."""

from __future__ import annotations

import http.client
import threading
import time
from pathlib import Path

import msgspec
from sqlalchemy import select

from collector.store.columns import METADATA
from collector.store.database import connect
from collector.store.tables import reports
from tests.collector.office import body, enrol, load, report
from tests.collector.served import Served, free_port, served


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    store = connect(url)
    METADATA.create_all(store.engine)
    fleet = [enrol(store, asset=None) for _ in range(4)]
    port = free_port()
    acknowledged: set[tuple[str, int]] = set()
    for turn in range(3):
        with served(tmp_path, url, port) as collector:
            senders = [
                threading.Thread(
                    target=_send_until_killed, args=(collector, *one, turn, acknowledged)
                )
                for one in fleet
            ]
            for sender in senders:
                sender.start()
            before = len(acknowledged)
            deadline = time.monotonic() + 30
            while len(acknowledged) < before + (220, 480, 350)[turn]:
                assert time.monotonic() < deadline, "no reports were acknowledged"
                time.sleep(0.005)
            collector.process.kill()
            for sender in senders:
                sender.join()
    with store.read() as connection:
        rows = connection.execute(select(reports.c.agent, reports.c.seq)).all()
    store.close()
    stored = {(row.agent, row.seq) for row in rows}
    assert len(rows) == len(stored)
    assert acknowledged <= stored


def _send_until_killed(
    collector: Served, agent: str, shown: str, turn: int, acknowledged: set[tuple[str, int]]
) -> None:
    connection = collector.connection()
    for seq in range(1_000_000 * turn + 1, 1_000_000 * turn + 100_000, 7):
        sent = body(*(report(seq + more, section=load(seq, seq, seq)) for more in range(7)))
        try:
            connection.request("POST", "/v1/reports", sent, {"Authorization": shown})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return
        finally:
            if collector.process.poll() is not None:
                connection.close()
        if answer.status == 429:  # its bucket is empty: the others go on
            time.sleep(0.05)
            continue
        assert answer.status == 200, text
        acknowledged.update((agent, stored) for stored in msgspec.json.decode(text)["seqs"])


def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    with served(tmp_path, url) as collector:
        idle = collector.connection()
        idle.request("GET", "/healthz")
        assert idle.getresponse().read() == b"ok\n"
        collector.process.terminate()
        assert collector.process.wait(20) == 0
        idle.close()
