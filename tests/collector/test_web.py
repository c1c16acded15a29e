from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from collector.authority import Authority
from collector.own_metrics import OwnMetrics
from collector.store.columns import METADATA
from collector.store.database import connect
from collector.web import Parts, ingest, routes
from collector.writer import Writer
from tests.collector.office import NOON, OFFICE


def status(
    state: Path, path: str, client: str, *headers: tuple[str, str], alive: bool = True
) -> int:
    """What a client at that address is answered, over plain ASGI: loopback cannot play it."""
    store = connect(f"sqlite:///{state}/wardwatch.sqlite")
    METADATA.create_all(store.engine)
    writer = Writer(store)
    parts = Parts(
        store=store,
        authority=Authority.open(state / "ca", (), NOON),
        inventory=lambda: OFFICE,
        writer=writer,
        own=OwnMetrics(),
        families=(),
        clock=lambda: NOON,
        state_folder=state,
        metrics_token=state / "metrics.token",
        replicas=lambda: ("10.0.0.2:8443",),
    )
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
            "client": (client, 40000),
        }
        await Starlette(routes=routes(parts, ingest(parts)))(scope, receive, send)

    if alive:
        with writer:
            asyncio.run(ask())
    else:
        asyncio.run(ask())
    store.close()
    found: int = sent[0]["status"]
    return found


@pytest.mark.parametrize("path", ["/metrics", "/sd"])
@pytest.mark.parametrize(
    ("client", "shown", "answer"),
    [
        ("127.0.0.1", "", 200),
        ("::1", "", 200),
        ("::ffff:127.0.0.1", "", 200),
        ("10.0.0.9", "", 401),
        ("10.0.0.9", "Bearer wrong", 401),
        ("10.0.0.9", "Basic secret-of-prometheus", 401),
        ("10.0.0.9", "Bearer secret-of-prometheus", 200),
        ("not an address", "", 401),
    ],
)
def test_metrics_are_for_this_machine_and_for_those_who_show_the_token(
    tmp_path: Path, path: str, client: str, shown: str, answer: int
) -> None:
    (tmp_path / "metrics.token").write_text("secret-of-prometheus\n")
    assert status(tmp_path, path, client, ("Authorization", shown)) == answer


@pytest.mark.parametrize("token", [None, "", "\n"])
def test_without_a_token_nobody_scrapes_from_elsewhere(tmp_path: Path, token: str | None) -> None:
    if token is not None:
        (tmp_path / "metrics.token").write_text(token)
    assert status(tmp_path, "/metrics", "10.0.0.9", ("Authorization", "Bearer ")) == 401


def test_it_is_not_ready_without_its_writer(tmp_path: Path) -> None:
    assert status(tmp_path, "/readyz", "10.0.0.9", alive=False) == 503
    assert status(tmp_path, "/readyz", "10.0.0.9") == 200
    assert status(tmp_path, "/healthz", "10.0.0.9", alive=False) == 200
