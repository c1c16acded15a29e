"""POST /v1/reports: from a request to an answer that holds, as a plain ASGI application."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from collector import sections, wire
from collector.body import BodyError, read
from collector.buckets import Buckets
from collector.joining import authenticate
from collector.own_metrics import OwnMetrics
from collector.problems import NOT_APPROVED, STRANGER, problem
from collector.readings import Backup
from collector.store.database import Store
from collector.writer import Cause, Writer, WriterError
from collector.writing import Batch, Row, Stored

log = logging.getLogger(__name__)

STATUS: Mapping[Cause, int] = {"crowded": 429, "disk-full": 507, "down": 503}
AGENT = re.compile("[a-z0-9]{1,64}")
WAIT_SECONDS = 30.0  # longer than a commit ever takes: the agent comes again, nothing is doubled


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """Ends the story early with that answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class Ingest:
    """Takes reports in. Says `stored` only of what is committed."""

    def __init__(
        self, store: Store, writer: Writer, metrics: OwnMetrics, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._writer = writer
        self._metrics = metrics
        self._clock = clock
        self._buckets = Buckets(time.monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            agent = await self._known(headers.get("authorization", ""))
            body = await read(receive, headers.get("content-encoding", "").strip().lower())
            with self._metrics.ingest_seconds.time():
                answer = await self._taken(agent, body)
        except Refusal as refusal:
            answer = refusal.answer
        except BodyError as error:
            answer = problem(error.status, str(error))
        if answer.status_code != 200:
            self._metrics.reports.labels("failed" if answer.status_code >= 500 else "refused").inc()
        await answer(scope, receive, send)

    async def _known(self, authorization: str) -> str:
        agent, key = credentials(authorization)
        try:
            state = await asyncio.to_thread(self._state, agent, key)
        except DBAPIError as error:
            log.warning("an agent could not be looked up: %s", error.orig)
            raise Refusal(_later(503, "the database did not answer")) from error
        if state is None:
            raise Refusal(problem(401, STRANGER, {"WWW-Authenticate": "Bearer"}))
        if state != "approved":
            raise Refusal(problem(403, NOT_APPROVED))
        if not self._buckets.take(agent):
            raise Refusal(_later(429, "too many requests from this agent"))
        return agent

    def _state(self, agent: str, key: bytes) -> str | None:
        with self._store.read() as connection:
            return authenticate(connection, agent, key)

    async def _taken(self, agent: str, body: bytes) -> Response:
        try:
            batch, invalid = understood(agent, body, self._clock())
        except wire.WireError as error:
            raise Refusal(problem(400, str(error))) from error
        stored = await self._stored(batch)
        if not stored.approved:
            raise Refusal(problem(403, NOT_APPROVED))
        self._count(batch, stored, invalid)
        answer = wire.BatchAnswer(
            batch=hashlib.sha256(body).hexdigest(),
            epoch=batch.epoch,
            seqs=tuple(row.seq for row in batch.rows),
            asks=stored.asks,
        )
        return Response(msgspec.json.encode(answer), media_type="application/json")

    async def _stored(self, batch: Batch) -> Stored:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await asyncio.wrap_future(self._writer.submit(batch))
        except WriterError as error:
            raise Refusal(_later(STATUS[error.cause], str(error))) from error
        except TimeoutError as error:
            raise Refusal(_later(503, "the database takes too long")) from error

    def _count(self, batch: Batch, stored: Stored, invalid: tuple[str, ...]) -> None:
        reports = self._metrics.reports
        reports.labels("stored").inc(stored.new)
        reports.labels("repeated").inc(stored.repeated)
        reports.labels("conflict").inc(stored.conflicting)
        reports.labels("invalid").inc(len(invalid))
        for words in invalid[:3]:
            log.warning("a section from agent %s does not fit: %.300s", batch.agent, words)
        if stored.conflicting:
            log.error(
                "agent %s sent %s numbers of epoch %s again with other content: two PCs hold its key",
                batch.agent,
                stored.conflicting,
                batch.epoch,
            )


def _receipt(backup: Backup) -> tuple[int | None, str]:
    """Which ask it closes, and how it ended; PostgreSQL takes no NUL in a text, nor a longer int."""
    job = backup.job if backup.job is not None and 0 < backup.job < 2**53 else None
    outcome = "done" if backup.ok else f"failed: {backup.error}"
    return job, outcome.replace("\x00", "")[:500]


def credentials(authorization: str) -> tuple[str, bytes]:
    """`Bearer ID.KEYHEX` in two; what is no such thing gives a name that nobody has."""
    scheme, _, rest = authorization.partition(" ")
    agent, _, key = rest.strip().partition(".")
    if scheme.lower() != "bearer" or not AGENT.fullmatch(agent):
        return "", b""
    try:
        return agent, bytes.fromhex(key)
    except ValueError:
        return "", b""


def understood(agent: str, body: bytes, received_at: datetime) -> tuple[Batch, tuple[str, ...]]:
    """A body as the batch to store, and in words which sections do not fit. Raises WireError."""
    sent, reports = wire.batch(body)
    rows: list[Row] = []
    invalid: list[str] = []
    for raw, report in zip(sent.reports, reports, strict=True):
        key, job, outcome = None, None, ""
        try:
            value = sections.typed(report.kind, report.section)
            key = sections.latest_key(report.kind, value)
            if isinstance(value, Backup):
                job, outcome = _receipt(value)
        except sections.SectionError as error:
            invalid.append(str(error))
        at, _ = wire.instant(report.at, received_at)
        text = bytes(raw)
        digest = hashlib.sha256(text).digest()
        rows.append(Row(report.seq, report.kind, at, text.decode(), digest, key, job, outcome))
    return Batch(agent, sent.epoch, received_at, tuple(rows)), tuple(invalid)


def _later(status: int, words: str) -> Response:
    # Spread out: agents that were sent away together must not come back together.
    return problem(status, words, {"Retry-After": str(5 + secrets.randbelow(26))})
