"""`POST /v1/escrow`: an approved agent hands in its PC's own backup password; nobody gets one here."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from collector.body import Bodies, BodyError
from collector.buckets import Buckets
from collector.escrow import deposits
from collector.escrow.deposits import Deposit, DepositAnswer, RefusedError
from collector.escrow.sealing import SealError
from collector.ingest import credentials
from collector.inventory.model import Inventory
from collector.keys import Keys
from collector.problems import NOT_APPROVED, STRANGER, problem
from collector.store.database import Store

log = logging.getLogger(__name__)

_DEPOSIT = msgspec.json.Decoder(Deposit)
LATER = {"Retry-After": "10"}


class Doors:
    """One way in. What is handed in is sealed before it is written anywhere, and never logged."""

    def __init__(
        self,
        store: Store,
        inventory: Callable[[], Inventory],
        clock: Callable[[], datetime],
        state_folder: Path,
    ) -> None:
        self._store, self._inventory, self._clock = store, inventory, clock
        self._folder = state_folder
        self._keys, self._bodies, self._buckets = Keys(store), Bodies(), Buckets(time.monotonic)

    def routes(self) -> list[BaseRoute]:
        """To be put beside the other doors."""
        return [Route("/v1/escrow", self.hand_in, methods=["POST"])]

    async def hand_in(self, request: Request) -> Response:
        """Keep it, or say why not (409)."""
        agent, key = credentials(request.headers.get("authorization", ""))
        try:
            shut = self._shut(agent, await self._keys.state(agent, key))
            if shut is not None:
                return shut
            told = _DEPOSIT.decode(await self._bodies.read(request.receive, ""))
            answer = await asyncio.to_thread(self._take, agent, told)
        except (BodyError, msgspec.DecodeError, RefusedError) as error:
            return _refused(error)
        except DBAPIError as error:
            log.warning("a password could not be kept: %s", type(error.orig).__name__)
            return problem(503, "the database did not take it", LATER)
        except (SealError, OSError) as error:
            log.error("a backup password could not be sealed: %s", error)  # noqa: TRY400 - in one line
            return problem(503, "the password could not be sealed", LATER)
        return Response(msgspec.json.encode(answer), media_type="application/json")

    def _shut(self, agent: str, state: str | None) -> Response | None:
        """Why this one does not come in."""
        if state is None:
            return problem(401, STRANGER, {"WWW-Authenticate": "Bearer"})
        if state != "approved":
            return problem(403, NOT_APPROVED)
        if not self._buckets.take(agent):
            return problem(429, "too many requests from this agent", LATER)
        return None

    def _take(self, agent: str, told: Deposit) -> DepositAnswer:
        with self._store.write() as connection:
            refused = deposits.take(
                connection, self._clock(), self._inventory(), agent, told.password, self._folder
            )
        # Only now: that it was refused is written down.
        if refused is not None:
            log.warning("another backup password of agent %s was not taken", agent)
            raise RefusedError(refused)
        return DepositAnswer(hashlib.sha256(told.password.encode()).hexdigest())


def _refused(error: Exception) -> Response:
    if isinstance(error, BodyError):
        return problem(error.status, str(error))
    if isinstance(error, RefusedError):
        return problem(409, str(error))
    return problem(400, "no password as an agent makes it")  # nothing of it is repeated
