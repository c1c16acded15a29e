"""A speed test's whole way: asked, lent, measured by the agent's child, told, counted; and refused."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess  # noqa: TID251 - the server that is measured against runs as the city runs it
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy import ColumnElement, select, update

from collector import asks
from collector.lines.tables import permits, speed_tests
from collector.store.database import Store, connect
from collector.store.tables import asks as asked_table
from collector.store.tables import leases
from tests.console.office import Running, alive, free_port, poll, quick, up
from tests.faulty import Way, way

LINE, PC = "duong-do", "may-chu"
PACE_BYTES = 5_000_000
"""40 Mbit/s, each way."""
CONTRACT_MBIT = 22
"""What is lent for a line of 22 Mbit/s lasts five seconds at that pace: half of them are counted."""


class Measuring(NamedTuple):
    office: Running
    inventory: Path
    between: Way
    store: Store

    def rows(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(speed_tests).order_by(speed_tests.c.id)).all())

    def lent(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(permits).order_by(permits.c.generation)).all())

    def change(self, before: str, after: str) -> None:
        """Of the inventory, until the running office has taken it up by itself."""
        text = self.inventory.read_text("utf-8")
        assert before in text
        rate = int(re.findall(r"up_mbit_per_second: (\d+)", text)[0]) - 1
        text = re.sub(r"up_mbit_per_second: \d+", f"up_mbit_per_second: {rate}", text, count=1)
        self.inventory.write_text(text.replace(before, after), "utf-8")
        told = f'direction="up"}} {rate * 1_000_000}'
        poll(lambda: told in self.office.get("/metrics")[1])

    def let_the_term_pass(self) -> None:
        """As if the time were over for which the line was lent last."""
        with self.store.write() as connection:
            at = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251 - the office's clock
            connection.execute(update(leases).values(expires_at=at).where(_of_the_line()))


def _of_the_line() -> ColumnElement[bool]:
    return leases.c.name == f"line/{LINE}"


@contextmanager
def server() -> Iterator[int]:
    """`wardwatch speed-server` on the loopback."""
    port = free_port()
    words = ("speed-server", "--listen", f"127.0.0.1:{port}", "--allow", "127.0.0.0/8")
    child = subprocess.Popen([sys.executable, "-P", "-m", "console", *words])
    try:
        poll(lambda: _answers(port))
        yield port
    finally:
        child.terminate()
        child.wait(20)


def _answers(port: int) -> bool:
    with closing(socket.socket()) as door:
        door.settimeout(1)
        return door.connect_ex(("127.0.0.1", port)) == 0


def noon_zone(now: datetime) -> str:
    """A time zone in which it is about noon: a day's hours are far from both its ends."""
    ahead = (12 - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"


@pytest.fixture(scope="module")
def measuring(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Measuring]:
    folder = tmp_path_factory.mktemp("speed")
    inventory = quick(example_inventory_path, folder, silent_seconds=60)
    with server() as port, way("127.0.0.1", port, bytes_per_second=PACE_BYTES) as between:
        declared = f"""
lines:
  - id: {LINE}
    name: Đường đo thử
    provider: VNPT
    down_mbit_per_second: {CONTRACT_MBIT}
    up_mbit_per_second: {CONTRACT_MBIT}
    targets: ["127.0.0.1:{port}", "127.0.0.1:{between.port}"]
    name_servers: [127.0.0.1]
    speed_test: {{provider: http, server: "127.0.0.1:{between.port}", scope: internet,
      machines: [{PC}], hours: ["08:00-17:00"], megabytes_per_day: 52}}
# ---"""
        text = inventory.read_text("utf-8")
        text, count = re.subn(r"\nlines:\n.*?\n# ---", lambda _: declared, text, flags=re.DOTALL)
        assert count == 1
        zone = noon_zone(datetime.now(UTC))  # noqa: TID251 - the office goes by the real clock
        text, count = re.subn(r"timezone: \S+", f"timezone: {zone}", text, count=1)
        assert count == 1
        inventory.write_text(text, "utf-8")
        with up(folder / "state", inventory) as office:
            store = connect(f"sqlite:///{office.state}/wardwatch.sqlite")
            yield Measuring(office, inventory, between, store)
            store.close()


def ask_permit(measuring: Measuring, job: int, line: str = LINE) -> tuple[int, str]:
    """As the agent's child asks, by the agent's own key."""
    known = json.loads((measuring.office.state / "agent" / "agent.json").read_bytes())
    headers = {
        "Authorization": f"Bearer {known['agent']}.{known['secret']}",
        "Content-Type": "application/json",
    }
    body = json.dumps({"line": line, "job": job})
    status, _, text = measuring.office.ask("POST", "/v1/speed/permit", body, headers)
    return status, str(msgspec.json.decode(text).get("detail", ""))


def ask_anew(measuring: Measuring) -> int:
    """The collector asks for a test that is not due, as it would tomorrow."""
    with measuring.store.write() as connection:
        now = datetime.now(UTC)  # noqa: TID251 - the row is the running office's
        return asks.ask(connection, now, PC, "speed-test", LINE)


def test_an_idle_line_is_measured_once_and_every_byte_is_accounted_for(
    measuring: Measuring,
) -> None:
    (row,) = poll(measuring.rows)
    assert row.error is None
    assert (row.asset, row.provider, row.scope, row.generation) == (PC, "http", "internet", 1)
    # What it found is the way's pace, with headers: nothing that only filled buffers.
    for found in (row.down_bits_per_second, row.up_bits_per_second):
        assert 0.8 < found / (PACE_BYTES * 8) < 1.25
    (lent,) = measuring.lent()
    assert row.bytes_used <= lent.bytes + 4 * 2**20  # what was on its way when the bytes ran out
    carried = measuring.between.carried["up"] + measuring.between.carried["down"]
    assert abs(row.bytes_used - carried) < 2 * 2**20
    with measuring.store.read() as connection:
        (ask,) = connection.execute(select(asked_table).where(asked_table.c.job == "speed-test"))
        assert ask.id == lent.job
    # The receipt is a report like any other, and the page tells of it.
    assert row.report is not None
    wanted = f'wardwatch_line_download_bits_per_second{{asset="{LINE}"'
    poll(lambda: wanted in measuring.office.get("/metrics")[1])


def test_the_days_bytes_are_used_up_and_the_hours_are_kept(measuring: Measuring) -> None:
    poll(measuring.rows)
    job = ask_anew(measuring)
    poll(lambda: "byte budget" in ask_permit(measuring, job)[1])
    assert "does not lend the line" in str(poll(lambda: measuring.rows()[1:])[0].error)
    measuring.change('hours: ["08:00-17:00"]', 'hours: ["02:00-03:00"]')
    assert "outside the hours" in ask_permit(measuring, ask_anew(measuring))[1]
    measuring.change('hours: ["02:00-03:00"]', 'hours: ["08:00-17:00"]')
    assert len(measuring.lent()) == 1


def test_a_holder_that_is_killed_keeps_the_line_and_no_other_test_begins(
    measuring: Measuring,
) -> None:
    poll(measuring.rows)
    measuring.change("megabytes_per_day: 52}", "megabytes_per_day: 100000}")
    before = len(measuring.rows())
    measuring.let_the_term_pass()
    ask_anew(measuring)
    poll(lambda: measuring.lent()[1:])
    child = poll(lambda: _measurer(measuring.office.agent))
    os.kill(child, signal.SIGKILL)
    told = poll(lambda: [one for one in measuring.rows()[before:] if "killed" in (one.error or "")])
    assert told[0].down_bits_per_second is None
    assert not alive(child)
    lent = measuring.lent()[-1]
    status, why = ask_permit(measuring, ask_anew(measuring))
    assert (status, why) == (409, "another PC is measuring")
    with measuring.store.read() as connection:
        lease = connection.execute(select(leases).where(_of_the_line())).one()
    assert lease.expires_at == lent.expires_at
    # All that it was lent counts against the day: nobody knows what it used.
    assert len([one for one in measuring.lent() if one.generation == lent.generation]) == 1


def _measurer(agent: int) -> int | None:
    """The child of a speed test under that agent, once it measures."""
    for pid in Path(f"/proc/{agent}/task/{agent}/children").read_text("ascii").split():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"agent.bandwidth" in words:
            return int(pid)
    return None


def test_nobody_else_and_nothing_else_opens_the_door(measuring: Measuring) -> None:
    poll(measuring.rows)
    assert ask_permit(measuring, 10**6)[0] == 409
    assert ask_permit(measuring, 1, "another-line")[0] == 409
    status, _, text = measuring.office.ask("POST", "/v1/speed/permit", "{}", {})
    assert status == 401, text
    assert measuring.office.get("/v1/speed/down")[0] == 403
