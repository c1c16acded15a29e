"""POST /v1/reports: from a request to an answer that holds, as a plain ASGI application."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from collector import sections, wire
from collector.batch import Batch, Row, Stored
from collector.body import Bodies, BodyError
from collector.buckets import Buckets
from collector.deadline import Deadline
from collector.kept import Kept
from collector.keys import Keys
from collector.line_readings import Bandwidth
from collector.mailbox import Mailbox
from collector.own_metrics import RESULTS, OwnMetrics
from collector.problems import BROKEN, NOT_APPROVED, STRANGER, problem
from collector.quarantine import TAKEN
from collector.readings import Backup
from collector.store.database import Store
from collector.writer import Cause, Writer, WriterError

log = logging.getLogger(__name__)

STATUS: Mapping[Cause, int] = {"crowded": 429, "disk-full": 507, "down": 503}
AGENT = re.compile("[a-z0-9]{1,64}")
_ANSWER = msgspec.json.Encoder()
WAIT_SECONDS = 30.0  # longer than a commit ever takes: the agent comes again, nothing is doubled


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """Ends the story early with that answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class Ingest:
    """Takes reports in. Says `stored` only of what is committed."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        metrics: OwnMetrics,
        clock: Callable[[], datetime],
        missed: Callable[[], tuple[str, ...]] = tuple,
        lines: Callable[[], Mapping[str, tuple[str, ...]]] = dict,
    ) -> None:
        self._missed = Kept[tuple[str, ...]](missed, ())
        self._lines = Kept[Mapping[str, tuple[str, ...]]](lines, {})
        self._metrics = metrics
        self._clock = clock
        self._keys = Keys(store)
        self._mailbox = Mailbox(writer)
        self._buckets = Buckets(time.monotonic)
        self._bodies = Bodies()
        self._commit = Deadline(WAIT_SECONDS)
        self._results = {result: metrics.reports.labels(result) for result in RESULTS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        try:
            agent = await self._known(headers.get(b"authorization", b"").decode("latin-1"))
            encoding = headers.get(b"content-encoding", b"").decode("latin-1")
            body = await self._bodies.read(receive, encoding.strip().lower())
            began = time.perf_counter()
            answer = await self._taken(agent, body)
        except Refusal as refusal:
            await self._refuse(refusal.answer, scope, receive, send)
        except BodyError as error:
            await self._refuse(problem(error.status, str(error)), scope, receive, send)
        except Exception:
            await self._refuse(problem(500, BROKEN), scope, receive, send)
            raise  # the server writes the traceback to the log
        else:
            # Two plain messages: a response object costs as much as reading the report.
            await send({"type": "http.response.start", "status": 200, "headers": _head(answer)})
            await send({"type": "http.response.body", "body": answer})
            self._metrics.ingest_seconds.observe(time.perf_counter() - began)

    async def _refuse(self, answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
        self._results["failed" if answer.status_code >= 500 else "refused"].inc()
        await answer(scope, receive, send)

    async def _known(self, authorization: str) -> str:
        agent, key = credentials(authorization)
        try:
            state = await self._keys.state(agent, key)
        except DBAPIError as error:
            log.warning("an agent could not be looked up: %s", error.orig)
            raise Refusal(_later(503, "the database did not answer")) from error
        if state is None:
            raise Refusal(problem(401, STRANGER, {"WWW-Authenticate": "Bearer"}))
        if state not in TAKEN:
            raise Refusal(problem(403, NOT_APPROVED))
        if not self._buckets.take(agent):
            raise Refusal(_later(429, "too many requests from this agent"))
        return agent

    async def _taken(self, agent: str, body: bytes) -> bytes:
        try:
            batch, invalid = understood(agent, body, self._clock())
        except wire.WireError as error:
            raise Refusal(problem(400, str(error))) from error
        stored = await self._stored(batch)
        if not stored.approved:
            self._keys.forget(agent)
            raise Refusal(problem(403, NOT_APPROVED))
        self._count(batch, stored, invalid)
        return _ANSWER.encode(
            wire.BatchAnswer(
                batch=hashlib.sha256(body).hexdigest(),
                epoch=batch.epoch,
                seqs=tuple([row.seq for row in batch.rows]),
                asks=stored.asks,
                neighbours=self._missed.value() or msgspec.UNSET,
                lines=self._lines.value().get(agent) or msgspec.UNSET,
            )
        )

    async def _stored(self, batch: Batch) -> Stored:
        try:
            return await self._commit.within(self._mailbox.stored(batch))
        except WriterError as error:
            raise Refusal(_later(STATUS[error.cause], str(error))) from error
        except TimeoutError as error:
            raise Refusal(_later(503, "the database takes too long")) from error

    def _count(self, batch: Batch, stored: Stored, invalid: tuple[str, ...]) -> None:
        counted = {
            "stored": stored.new,
            "repeated": stored.repeated,
            "conflict": stored.conflicting,
            "invalid": len(invalid),
        }
        for result, count in counted.items():
            if count:
                self._results[result].inc(count)
        for words in invalid[:3]:
            log.warning("a section from agent %s does not fit: %.300s", batch.agent, words)
        if stored.conflicting:
            log.error(
                "agent %s sent %s numbers of epoch %s again with other content: two PCs hold its key",
                batch.agent,
                stored.conflicting,
                batch.epoch,
            )


def fronted(ingest: ASGIApp, rest: ASGIApp) -> ASGIApp:
    """Reports go straight in; all else takes the way through routes and their error pages."""

    def app(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        reports = scope.get("path") == "/v1/reports" and scope.get("method") == "POST"
        return (ingest if reports else rest)(scope, receive, send)

    return app


def _head(answer: bytes) -> list[tuple[bytes, bytes]]:
    length = str(len(answer)).encode()
    return [(b"content-type", b"application/json"), (b"content-length", length)]


def _receipt(told: Backup | Bandwidth) -> tuple[int | None, str]:
    """Which ask it closes, and how it ended; PostgreSQL takes no NUL in a text, nor a longer int."""
    job = told.job if told.job is not None and 0 < told.job < 2**53 else None
    ok = told.ok if isinstance(told, Backup) else told.error is None
    outcome = "done" if ok else f"failed: {told.error}"
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
            if isinstance(value, Backup | Bandwidth):
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
