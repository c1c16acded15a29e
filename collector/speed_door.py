"""The collector's doors for speed tests: the permit, and the bytes for whoever holds one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from collector.body import Bodies, BodyError
from collector.ingest import credentials
from collector.inventory.model import Inventory
from collector.keys import Keys
from collector.lines import permits
from collector.lines.permits import Permit, RefusedError, Wish
from collector.problems import NOT_APPROVED, STRANGER, problem
from collector.speed import Speed
from collector.state import Machine
from collector.store.database import Store
from collector.store.tables import agents

log = logging.getLogger(__name__)

_WISH = msgspec.json.Decoder(Wish)
TICKET = b"wardwatch-ticket"


class Doors:
    """`/v1/speed`: for agents alone, and for bytes only while they hold the line."""

    def __init__(
        self,
        store: Store,
        inventory: Callable[[], Inventory],
        machines: Callable[[], Mapping[str, Machine]],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._inventory = store, inventory
        self._machines, self._clock = machines, clock
        self._keys, self._bodies = Keys(store), Bodies()

    def routes(self) -> list[BaseRoute]:
        """The permit before the bytes: the first that fits is taken."""
        return [
            Route("/v1/speed/permit", self.permit, methods=["POST"]),
            Mount("/v1/speed", _Below(Speed(self._admits, mini=False))),
        ]

    async def permit(self, request: Request) -> Response:
        """Lend a line, or say why not (409)."""
        agent, key = credentials(request.headers.get("authorization", ""))
        try:
            state = await self._keys.state(agent, key)
            if state != "approved":
                return _stranger() if state is None else problem(403, NOT_APPROVED)
            wish = _WISH.decode(await self._bodies.read(request.receive, ""))
            permit = await asyncio.to_thread(self._lend, agent, wish)
        except (BodyError, msgspec.DecodeError, RefusedError) as error:
            return problem(_status(error), str(error))
        except DBAPIError as error:
            log.warning("a line could not be lent: %s", error.orig)
            return problem(503, "the database did not take it", {"Retry-After": "10"})
        return Response(msgspec.json.encode(permit), media_type="application/json")

    def _lend(self, agent: str, wish: Wish) -> Permit:
        machines = self._machines()
        with self._store.write() as connection:
            found = connection.execute(
                select(agents.c.asset, agents.c.state).where(agents.c.id == agent)
            ).one()
            if found.state != "approved" or found.asset is None:
                raise RefusedError("this PC measures no such line")
            return permits.lend(
                connection, self._clock(), self._inventory(), found.asset, wish, machines
            )

    async def _admits(self, scope: Scope) -> bool:
        ticket = dict(scope["headers"]).get(TICKET, b"").decode("latin-1")
        return bool(ticket) and await asyncio.to_thread(self._holds, ticket)

    def _holds(self, ticket: str) -> bool:
        try:
            with self._store.read() as connection:
                return permits.admits(connection, self._clock(), ticket)
        except DBAPIError as error:
            log.warning("a ticket could not be looked up: %s", error.orig)
            return False


def _status(error: Exception) -> int:
    if isinstance(error, BodyError):
        return error.status
    return 409 if isinstance(error, RefusedError) else 400


def _stranger() -> Response:
    return problem(401, STRANGER, {"WWW-Authenticate": "Bearer"})


class _Below:
    """Gives an application its whole path back, which a mount has shortened for others."""

    def __init__(self, app: Speed) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: object, send: object) -> None:
        await self._app(scope, receive, send)  # type: ignore[arg-type] # starlette's own types
