"""A small real collector for the agent's tests: TLS, the wire's three routes, rows in memory."""

from __future__ import annotations

import gzip
import hashlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from agent.settings import Settings, save
from tests.agent.certificates import Authority, authority, served

TOKEN = "a" * 26


@dataclass
class Door:
    """What came in, and how the next requests are to be answered."""

    authority: Authority
    port: int = 0
    keys: dict[str, str] = field(default_factory=dict)
    joins: list[dict[str, Any]] = field(default_factory=list)
    escrow: bool | None = None
    """What the answer to a joining says of it; None: a collector that knows no such field."""
    deposits: list[str] = field(default_factory=list)
    """The passwords that were handed in, each time."""
    on_deposit: Callable[[], tuple[int, Any] | None] = lambda: None
    """Called while an agent waits for its answer; another answer than the honest one, or None."""
    rows: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    batches: int = 0
    asks: list[dict[str, Any]] = field(default_factory=list)
    neighbours: Any = None
    """What the answer says of the PCs that are missed; None: a collector that knows no such field."""
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Answers for the next batches instead of storing them: status and headers."""
    losing_answers: int = 0
    """So many answers get lost after the batch was stored."""
    bytes_read: int = 0
    refuse: Callable[[list[dict[str, Any]]], bool] = lambda _reports: False
    on_join: Callable[[], None] = lambda: None
    """Called while an agent waits for its answer."""

    @property
    def string(self) -> str:
        return f"wardwatch:127.0.0.1:{self.port}/{self.authority.pin}/{TOKEN}"

    def sections(self, kind: str) -> list[dict[str, Any]]:
        """Sections of that kind, oldest first."""
        return [row["section"] for row in self.stored() if row["kind"] == kind]

    def stored(self) -> list[dict[str, Any]]:
        """Every report, oldest first, as of one instant: the door's threads go on storing."""
        return [row for _, row in sorted(self.rows.copy().items())]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    door: Door

    def do_GET(self) -> None:
        if self.path == "/v1/ca":
            self._answer(200, self.door.authority.pem.encode(), "application/x-pem-file")
        else:
            self._problem(404)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.door.bytes_read += len(raw)
        packed = self.headers.get("Content-Encoding") == "gzip"
        body = gzip.decompress(raw) if packed else raw
        if self.path == "/v1/join":
            self._join(json.loads(body))
        elif self.path == "/v1/reports":
            self._reports(body)
        elif self.path == "/v1/escrow" and self.door.escrow is not None:
            self._deposit(json.loads(body))
        else:
            self._problem(404)

    def _join(self, asked: dict[str, Any]) -> None:
        self.door.joins.append(asked)
        self.door.on_join()
        if asked["token"] != TOKEN:
            return self._problem(401)
        self.door.keys["a1"] = asked["key_sha256"]
        more = {} if self.door.escrow is None else {"escrow": self.door.escrow}
        return self._json({"agent": "a1", "asset": "pc-01", "state": "approved", **more})

    def _deposit(self, told: dict[str, Any]) -> None:
        if not self._is_known():
            return self._problem(401)
        self.door.deposits.append(told["password"])
        other = self.door.on_deposit()
        if other is not None:
            return self._answer(other[0], json.dumps(other[1]).encode(), "application/json")
        return self._json({"sha256": hashlib.sha256(told["password"].encode()).hexdigest()})

    def _is_known(self) -> bool:
        agent, _, key = self.headers["Authorization"].removeprefix("Bearer ").partition(".")
        return self.door.keys.get(agent) == hashlib.sha256(bytes.fromhex(key)).hexdigest()

    def _reports(self, body: bytes) -> None:
        if not self._is_known():
            return self._problem(401)
        if self.door.refusals:
            status, headers = self.door.refusals.pop(0)
            return self._problem(status, headers)
        batch = json.loads(body)
        if self.door.refuse(batch["reports"]):
            return self._problem(400)
        for report in batch["reports"]:
            self.door.rows[batch["epoch"], report["seq"]] = report
        self.door.batches += 1
        if self.door.losing_answers:
            self.door.losing_answers -= 1
            self.close_connection = True
            self.connection.close()
            return None
        answer = {"batch": hashlib.sha256(body).hexdigest(), "epoch": batch["epoch"]}
        seqs = [report["seq"] for report in batch["reports"]]
        asks, self.door.asks = self.door.asks, []
        missed = {} if self.door.neighbours is None else {"neighbours": self.door.neighbours}
        return self._json({**answer, "seqs": seqs, "asks": asks, **missed})

    def _json(self, value: object) -> None:
        self._answer(200, json.dumps(value).encode(), "application/json")

    def _problem(self, status: int, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"title": "refused", "status": status}).encode()
        self._answer(status, body, "application/problem+json", headers)

    def _answer(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's failure says what matters."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that turns away is what many of these tests are about."""


@contextmanager
def opened(
    folder: Path,
    by: Authority | None = None,
    certificate: Path | None = None,
    newest: ssl.TLSVersion | None = None,
) -> Iterator[Door]:
    """Serve on a free port of the loopback until the block is left."""
    door = Door(by or authority())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if newest:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = newest
    context.load_cert_chain(certificate or served(folder, door.authority))
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"door": door}))
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    door.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def known(door: Door, state: Path) -> Settings:
    """The settings of an agent that has joined that door, saved in `state`."""
    secret = "5e" * 32
    door.keys["a1"] = hashlib.sha256(bytes.fromhex(secret)).hexdigest()
    settings = Settings(f"127.0.0.1:{door.port}", "a1", secret, door.authority.pin)
    save(state, settings, door.authority.pem)
    return settings


def eventually(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until that holds; fails when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not come about in time"
        time.sleep(0.02)
