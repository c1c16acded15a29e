"""The collector's doors over HTTP: joining, reports, metrics, health, and their description."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from collector import joining, speed_door, wire
from collector.authority import Authority
from collector.body import Bodies, BodyError
from collector.escrow import deposits
from collector.escrow import door as escrow_door
from collector.exposition import CONTENT_TYPE, Block, Family, pieces
from collector.ingest import Ingest
from collector.inventory.model import Inventory
from collector.lines import pins
from collector.openapi import document
from collector.own_metrics import OwnMetrics
from collector.packing import Piece, gzipped
from collector.problems import STRANGER, problem
from collector.state import Machine
from collector.store.database import Store
from collector.summary import door
from collector.writer import Writer

log = logging.getLogger(__name__)

Families = Callable[[], Iterable[Family | Block]]


@dataclass(frozen=True)
class Parts:
    """What the doors open on; everything is made by the process that serves."""

    store: Store
    authority: Authority
    inventory: Callable[[], Inventory]
    writer: Writer
    own: OwnMetrics
    families: tuple[Families, ...]
    """Asked at each scrape, in a thread: the collector's own and those of the packages above."""
    clock: Callable[[], datetime]
    state_folder: Path
    """Where the key lies that seals what PCs hand in."""
    metrics_token: Path
    """A scraper from elsewhere shows what stands in this file; no file, no such scraper."""
    replicas: Callable[[], tuple[str, ...]]
    """Every `host:port` that serves metrics, for service discovery. Asked in a thread."""
    unready: Callable[[], str | None] = lambda: None
    """What else keeps this process from being ready, in words; the packages above know."""
    missed: Callable[[], tuple[str, ...]] = tuple
    """Addresses of the PCs that the others are asked for (`collector.missed`); in a thread."""
    machines: Callable[[], Mapping[str, Machine]] = dict
    """The fleet as it stands; in a thread."""
    lines: Callable[[], Mapping[str, tuple[str, ...]]] = dict
    """By agent: the lines that its PC looks at (`collector.lines.votes`); in a thread."""


def ingest(parts: Parts) -> Ingest:
    """The door that reports come in by: one for each process, since it remembers who is known."""
    return Ingest(parts.store, parts.writer, parts.own, parts.clock, parts.missed, parts.lines)


def routes(parts: Parts, reports: Ingest) -> list[BaseRoute]:
    """Every route of the collector; the console adds its own beside them."""
    doors = Doors(parts)
    return [
        Route("/v1/ca", doors.ca),
        Route("/v1/join", doors.join, methods=["POST"]),
        Route("/v1/reports", reports, methods=["POST"]),
        Route("/metrics", doors.metrics),
        Route("/sd", doors.discovery),
        Route("/healthz", doors.healthy),
        Route("/readyz", doors.ready),
        Route("/openapi.json", doors.described),
        *door.routes(parts.store, parts.inventory, parts.clock),
        *escrow_door.Doors(parts.store, parts.inventory, parts.clock, parts.state_folder).routes(),
        *speed_door.Doors(parts.store, parts.inventory, parts.machines, parts.clock).routes(),
    ]


class Doors:
    """One method per route; each reads the request, asks a part, and words the answer."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._bodies = Bodies()

    async def ca(self, _request: Request) -> Response:
        return Response(self._parts.authority.ca_pem, media_type="application/x-pem-file")

    async def join(self, request: Request) -> Response:
        try:
            encoding = request.headers.get("content-encoding", "").strip().lower()
            asked = wire.join_request(await self._bodies.read(request.receive, encoding))
            answer = await asyncio.to_thread(self._join, asked)
        except BodyError as error:
            return problem(error.status, str(error))
        except wire.WireError as error:
            return problem(400, str(error))
        except joining.RefusedError as error:
            log.warning("an agent was not let in: %s", error)
            return problem(401, STRANGER)
        except DBAPIError as error:
            log.warning("an agent could not join: %s", error.orig)
            return problem(503, "the database did not take it", {"Retry-After": "10"})
        return _json(answer)

    def _join(self, asked: wire.JoinRequest) -> wire.JoinAnswer:
        with self._parts.store.write() as connection:
            inventory = self._parts.inventory()
            answer = joining.join(connection, self._parts.clock(), inventory, asked)
        escrow = deposits.is_wanted(inventory, answer.asset)
        return msgspec.structs.replace(answer, lines=pins.pinned(inventory), escrow=escrow)

    async def metrics(self, request: Request) -> Response:
        if not self._may_scrape(request):
            return problem(401, STRANGER, {"WWW-Authenticate": "Bearer"})
        headers = {"Vary": "Accept-Encoding"}
        packed = "gzip" in request.headers.get("accept-encoding", "")
        if packed:
            headers["Content-Encoding"] = "gzip"
        text = await asyncio.to_thread(self._exposition, packed=packed)
        return Response(text, headers=headers, media_type=CONTENT_TYPE)

    def _exposition(self, *, packed: bool) -> bytes:
        families = (family for source in self._parts.families for family in source())
        told = [*pieces(families), Piece(self._parts.own.render())]
        return gzipped(told) if packed else b"".join([piece.text for piece in told])

    async def discovery(self, request: Request) -> Response:
        if not self._may_scrape(request):
            return problem(401, STRANGER, {"WWW-Authenticate": "Bearer"})
        labels = {"__scheme__": "https", "site": self._parts.inventory().site.id}
        try:
            targets = await asyncio.to_thread(self._parts.replicas)
        except DBAPIError as error:
            log.warning("the list of serving processes could not be read: %s", error.orig)
            return problem(503, "the database does not answer", {"Retry-After": "10"})
        return _json([{"targets": targets, "labels": labels}])

    async def healthy(self, _request: Request) -> Response:
        return Response("ok\n", media_type="text/plain")

    async def ready(self, _request: Request) -> Response:
        if not self._parts.writer.alive:
            return problem(503, "the writer is not running")
        try:
            await asyncio.to_thread(self._ask_database)
        except DBAPIError as error:
            log.warning("the database does not answer: %s", error.orig)
            return problem(503, "the database does not answer")
        reason = await asyncio.to_thread(self._parts.unready)
        if reason is not None:
            return problem(503, reason)
        return Response("ready\n", media_type="text/plain")

    def _ask_database(self) -> None:
        with self._parts.store.read() as connection:
            connection.execute(select(1))

    async def described(self, _request: Request) -> Response:
        return Response(json.dumps(document()), media_type="application/json")

    def _may_scrape(self, request: Request) -> bool:
        """From this machine, or with the token; a proxy on this machine must ask for itself."""
        if request.client is not None and _is_loopback(request.client.host):
            return True
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        try:
            token = self._parts.metrics_token.read_text("ascii").strip()
        except FileNotFoundError:
            return False
        same = hmac.compare_digest(token.encode(), shown.strip().encode("utf-8", "replace"))
        return scheme.lower() == "bearer" and bool(token) and same


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
