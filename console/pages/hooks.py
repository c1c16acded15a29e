"""`POST /hooks/alertmanager`: what Prometheus judges over time becomes incidents too."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from alerts import channels, signals
from alerts.outbox import ChannelError
from alerts.signals import Signal, SignalError
from collector.body import Bodies, BodyError
from collector.problems import STRANGER, problem
from console.desk import Desk


@dataclass
class Hooks:
    """The door for Alertmanager; it shows the token that stands in the office's file."""

    desk: Desk
    bodies: Bodies = field(default_factory=Bodies)

    async def alertmanager(self, request: Request) -> Response:
        """204 once stored. 401 to strangers, also where no token file is declared."""
        if not self._known(request):
            return problem(401, STRANGER, {"WWW-Authenticate": "Bearer"})
        encoding = request.headers.get("content-encoding", "").strip().lower()
        try:
            body = await self.bodies.read(request.receive, encoding)
            told = signals.understood(body, self.desk.clock())
            await asyncio.to_thread(self._record, told)
        except BodyError as error:
            return problem(error.status, str(error))
        except SignalError as error:
            return problem(400, str(error))
        except DBAPIError:
            return problem(503, "the database did not take it", {"Retry-After": "10"})
        return Response(status_code=204)

    def _record(self, told: tuple[Signal, ...]) -> None:
        with self.desk.store.write() as connection:
            signals.record(connection, told)

    def _known(self, request: Request) -> bool:
        name = self.desk.source.current().notices.alertmanager_token_file
        if name is None:
            return False
        try:
            token = channels.secret(self.desk.state_folder, name)
        except ChannelError:
            return False
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        # Starlette reads headers as Latin-1: so the bytes come back as they were sent, letters too.
        same = hmac.compare_digest(token.encode(), shown.strip().encode("latin-1"))
        return scheme.lower() == "bearer" and bool(token) and same
