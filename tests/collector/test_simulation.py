from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from collector.authority import Authority
from collector.simulation import fleet, load
from collector.simulation.fleet import Member
from collector.simulation.load import Course, Outcome
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.tables import agents, audit, reports
from tests.collector.office import NOON
from tests.collector.served import free_port, served

BEAT_SECONDS = 0.05


def course(state: Path, port: int, members: tuple[Member, ...], **more: float) -> Course:
    ca = str(state / "ca" / "ca.pem")
    times = {"interval_seconds": 0.5, "seconds": 2.0, **more}
    return Course("localhost", port, ca, members, connections=2, **times)


def test_a_fleet_reports_over_tls_and_every_report_is_stored_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    store = connect(url)
    METADATA.create_all(store.engine)
    with store.write() as connection:
        members = fleet.enrol(connection, NOON, "officer", 5)
    with served(tmp_path, url) as collector:
        outcome = load.run(course(tmp_path, collector.port, members), processes=2)
    with store.read() as connection:
        rows = connection.execute(select(reports.c.body)).scalars().all()
    store.close()
    assert (outcome.due, outcome.stored, outcome.errors) == (20, 20, {})
    assert len(outcome.latencies) == 20
    assert outcome.connections == 2
    assert len(rows) == len({msgspec.json.encode(msgspec.json.decode(row)) for row in rows}) == 20


def test_it_comes_and_goes_on_the_record_and_speaks_for_no_machine(store: Store) -> None:
    with store.write() as connection:
        members = fleet.enrol(connection, NOON, "officer", 4_100)
        fleet.dismiss(connection, NOON, "officer", members)
        states = connection.execute(
            select(agents.c.state, agents.c.asset, func.count()).group_by("state", "asset")
        ).all()
        acts = connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars().all()
    assert [tuple(row) for row in states] == [("revoked", None, 4_100)]
    assert acts == ["simulation-began", "simulation-ended"]


def against(tmp_path: Path, answer: bytes, count: int) -> Outcome:
    """A course against a server that answers each request after a beat, one at a time."""
    authority = Authority.open(tmp_path / "ca", (), NOON)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)

    over = asyncio.Event()

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break  # it has hung up
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
            await asyncio.sleep(BEAT_SECONDS)
            writer.write(answer)
            if not answer:
                break
        writer.close()
        with suppress(ConnectionError):  # it may have hung up first
            await writer.wait_closed()
        over.set()

    async def story() -> Outcome:
        port = free_port()
        server = await asyncio.start_server(slowly, "127.0.0.1", port, ssl=context)
        member = (Member("s1", "00"),)
        wish = course(tmp_path, port, member, interval_seconds=0.01, seconds=count * 0.01)
        async with server:
            outcome = await load.drive(replace(wish, connections=1))
            await over.wait()  # a loop that ends sooner leaves its connection open
            return outcome

    return asyncio.run(story())


def test_a_latency_counts_from_when_the_report_was_due(tmp_path: Path) -> None:
    outcome = against(tmp_path, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 10)
    assert (outcome.due, outcome.stored) == (10, 10)
    # One connection answers every 50 ms what is due every 10: the last has waited for all others.
    assert max(outcome.latencies) >= 10 * BEAT_SECONDS - 9 * 0.01
    assert load.quantile(sorted(outcome.latencies), 0.5) >= 4 * (BEAT_SECONDS - 0.01)  # type: ignore[operator]


def test_what_is_refused_or_cut_off_is_an_error_by_its_cause(tmp_path: Path) -> None:
    refused = against(tmp_path, b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n", 4)
    assert (refused.stored, refused.errors) == (0, {"429": 4})
    cut = against(tmp_path, b"", 4)
    assert (cut.stored, cut.errors) == (0, {"closed": 4})


def test_a_quantile_of_nothing_is_nothing() -> None:
    assert load.quantile((), 0.5) is None
    assert [load.quantile((1.0, 2.0, 3.0), share) for share in (0.0, 0.5, 1.0)] == [1.0, 2.0, 3.0]
