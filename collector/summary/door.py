"""The city's two doors: a ward joins, and a ward tells a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from collector.body import Bodies, BodyError
from collector.inventory.model import Inventory
from collector.joining import RefusedError
from collector.problems import STRANGER, problem
from collector.store.database import Store
from collector.summary import ledger, wards, wire

log = logging.getLogger(__name__)

T = TypeVar("T")

REFUSALS = (BodyError, wire.SummaryError, ledger.ConflictError, RefusedError, DBAPIError)


def routes(
    store: Store, inventory: Callable[[], Inventory], clock: Callable[[], datetime]
) -> list[BaseRoute]:
    """Where no wards are declared, the doors answer as they do to any stranger."""
    doors = Doors(store, inventory, clock)
    return [
        Route("/v1/wards", doors.join, methods=["POST"]),
        Route("/v1/summaries", doors.tell, methods=["POST"]),
    ]


class Doors:
    """One method per route; for one event loop."""

    def __init__(
        self, store: Store, inventory: Callable[[], Inventory], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._inventory, self._clock = store, inventory, clock
        self._bodies = Bodies()

    async def join(self, request: Request) -> Response:
        def act(connection: Connection, body: bytes) -> wire.WardAnswer:
            asked = wire.ward_request(body)
            return wards.join(connection, self._clock(), self._inventory(), asked)

        return await self._answered(request, act)

    async def tell(self, request: Request) -> Response:
        shown = request.headers.get("wardwatch-signature", "")
        try:
            signature = bytes.fromhex(shown)
        except ValueError:
            signature = b""

        def act(connection: Connection, body: bytes) -> wire.SummaryAnswer:
            now, inventory = self._clock(), self._inventory()
            return ledger.take(connection, now, inventory, body, signature)

        return await self._answered(request, act)

    async def _answered(
        self, request: Request, act: Callable[[Connection, bytes], object]
    ) -> Response:
        """No bucket: who is let in at all is an office, and its rows are counted by day."""
        try:
            encoding = request.headers.get("content-encoding", "").strip().lower()
            body = await self._bodies.read(request.receive, encoding)
            if len(body) > wire.LIMIT_BYTES:
                raise BodyError(413, f"the body is larger than {wire.LIMIT_BYTES} bytes")
            answer = await asyncio.to_thread(self._written, act, body)
        except REFUSALS as error:
            return _refusal(error)
        return Response(msgspec.json.encode(answer), media_type="application/json")

    def _written(self, act: Callable[[Connection, bytes], T], body: bytes) -> T:
        with self._store.write() as connection:
            return act(connection, body)


def _refusal(error: Exception) -> Response:
    if isinstance(error, BodyError):
        return problem(error.status, str(error))
    if isinstance(error, wire.SummaryError):
        return problem(400, str(error))
    if isinstance(error, ledger.ConflictError):
        return problem(409, str(error))
    if isinstance(error, DBAPIError):
        log.warning("what a ward sent was not stored: %s", error.orig)
        return problem(503, "the database did not take it", {"Retry-After": "10"})
    log.warning("a ward was not let in: %s", error)
    return problem(401, STRANGER)
