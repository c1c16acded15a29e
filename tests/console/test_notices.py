"""A running office tells its officer: by a real mail server, and an outside checker hears its heart."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from console.postman import HeartbeatError, call
from tests.alerts.mail_server import PASSWORD, USER, Mailbox, serving
from tests.console.office import end, free_port, poll, quick, up

SETTINGS = """
mail:
  host: 127.0.0.1
  port: {port}
  sender: wardwatch@phuonghoamai.example
  user: {user}
  password_file: mail-password
  ca_file: mail-ca.pem
notices:
  channels: [{{id: thu-cntt, kind: mail}}]
  gather_seconds: 1
  pause_seconds: 1
  heartbeat_url_file: heartbeat-url
"""


@contextmanager
def checker() -> Iterator[tuple[int, list[str]]]:
    heard: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200 if self.path == "/khoa-rieng" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], heard
        server.shutdown()


def security(box: Mailbox) -> list[str]:
    """The lines about security incidents in all mails."""
    lines = "\n".join(one.get_content() for one in box.taken).splitlines()
    return [line for line in lines if line.startswith("  - SC-")]


def test_a_killed_agent_is_told_by_mail_though_the_server_was_down_at_first(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    port, now = free_port(), datetime.fromtimestamp(time.time(), UTC)
    inventory = quick(example_inventory_path, tmp_path, silent_seconds=3)
    with serving(tmp_path, now, port):
        pass  # its authority is made, and it is down for now
    text = inventory.read_text("utf-8")
    inventory.write_text(text + SETTINGS.format(port=port, user=USER), "utf-8")
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "mail-password").write_text(PASSWORD, "utf-8")
    (state / "mail-ca.pem").write_bytes((tmp_path / "mail-ca" / "ca.pem").read_bytes())
    with checker() as (door, heard):
        (state / "heartbeat-url").write_text(f"http://127.0.0.1:{door}/khoa-rieng")
        with up(state, inventory) as office:
            poll(lambda: "wardwatch_host_cpu_ratio{" in office.get("/metrics")[1])
            end(office.agent)
            poll(lambda: heard)
            with serving(tmp_path, now, port) as box:
                poll(lambda: any("-0001: may-chu" in one for one in security(box)))
                assert len(security(box)) == 1
                assert all("UBND phường Hoa Mai" in one for one in box.subjects)
            poll(lambda: heard)
        assert set(heard) == {"/khoa-rieng"}
        assert "khoa-rieng" not in office.log.read_text("utf-8")


def test_a_checker_that_refuses_is_told_without_its_secret() -> None:
    with checker() as (door, _):
        call(f"http://127.0.0.1:{door}/khoa-rieng")
        with pytest.raises(HeartbeatError, match="Not Found") as refused:
            call(f"http://127.0.0.1:{door}/khoa-sai")
    assert "khoa-sai" not in str(refused.value)
    with pytest.raises(HeartbeatError, match="must begin with https"):
        call("file:///etc/passwd")
