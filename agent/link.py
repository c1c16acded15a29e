"""The link to the collector: one kept connection, verified by the pinned authority alone."""

from __future__ import annotations

import hashlib
import json
import select
import time
import zlib
from collections.abc import Generator

from agent import naming, neighbours, tls
from agent.exchange import Connection, ExchangeError, Reply
from agent.lean import Any, NamedTuple
from agent.line import pins
from agent.settings import Settings

PATH = "/v1/reports"
TIMEOUT_SECONDS = 20
LONGEST_WAIT_SECONDS = 3600
"""What a `Retry-After` may ask for at most: a wrong answer must not silence a PC for days."""
PACKING = 6
"""zlib's own default; 9 saves 3 bytes of a load."""
WINDOW, SMALL_WINDOW = (31, 8), (28, 5)
"""gzip with 32 KiB of window, or 4: a load of 1 KiB packs as well in 32 KiB of memory as in 256."""
SMALL_BYTES = 4096


class LinkError(Exception):
    """Nothing was acknowledged; the reports stay where they are."""

    def __init__(
        self, cause: str, status: int | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(cause)
        self.status = status
        """The collector's answer; None where none came."""
        self.retry_after_seconds = retry_after_seconds


class Ask(NamedTuple):
    """One thing that the collector asks for, by its name in a closed list."""

    id: int
    job: str
    argument: str | None = None


class Answer(NamedTuple):
    """What the collector stored of a batch, and what it asks for."""

    epoch: str
    seqs: tuple[int, ...]
    asks: tuple[Ask, ...]
    neighbours: tuple[str, ...] = ()
    """Addresses (MAC) of PCs that the collector misses."""
    lines: tuple[str, ...] = ()
    """The lines that this PC is to look at, by the names under which they are pinned here."""


class Link:
    """Connects when it must, and keeps the connection: a TLS handshake costs more than a report.

    `begin`, then `step` until it answers: nothing here waits, whatever the network does.
    """

    def __init__(self, settings: Settings, pem: str) -> None:
        self._settings = settings
        self._names = naming.Names(settings.host, settings.port)
        self._connection = Connection(settings.host, tls.trusting(pem))
        self._body = b""
        self._end = 0.0
        self._talk: Generator[bool, None, Reply] | None = None
        self._wants_room = False
        self._head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {settings.collector}\r\n"
            f"Authorization: Bearer {settings.agent}.{settings.secret}\r\n"
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: "
        )

    def begin(self, body: bytes, now: float, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Set out to send one batch. `now` is monotonic."""
        self._body, self._end = body, now + timeout_seconds
        self._talk = self._exchanged(body)

    def step(self, now: float) -> Answer | None:
        """Go on as far as goes without waiting. Raises `LinkError`, or says what is stored."""
        if self._talk is None:
            raise LinkError("nothing is being sent")
        try:
            self._wants_room = next(self._talk)
        except StopIteration as done:
            self._talk = None
            reply: Reply = done.value
            if reply.status != 200:
                raise self._refused(reply) from None
            return _understood(reply.body, self._body)
        except (OSError, ExchangeError, naming.NamingError) as problem:
            raise self._unreached(str(problem)) from problem
        except BaseException:
            self.close()  # half an exchange: what comes next on it would be another's answer
            raise
        if now >= self._end:
            raise self._unreached("timed out")
        return None

    def waits(self) -> tuple[int, bool, float] | None:
        """What it waits for: a descriptor, whether to write there, and the instant of giving up."""
        if self._talk is None:
            return None
        number = self._names.fileno() if self._names.is_asking else self._connection.fileno()
        return number, self._wants_room, self._end

    def send(self, body: bytes, timeout_seconds: float = TIMEOUT_SECONDS) -> Answer:
        """The whole of it at once, for those who have nothing else to do."""
        self.begin(body, time.monotonic(), timeout_seconds)
        while (answer := self.step(time.monotonic())) is None:
            number, wants_room, end = self.waits() or (-1, False, 0.0)
            reads, writes = ([], [number]) if wants_room else ([number], [])
            select.select(reads, writes, [], max(end - time.monotonic(), 0))
        return answer

    def close(self) -> None:
        """Let go of the connection; the next batch opens another."""
        self._talk = None
        self._names.close()
        self._connection.close()

    def _exchanged(self, body: bytes) -> Generator[bool, None, Reply]:
        packed = _gzip(body)
        request = f"{self._head}{len(packed)}\r\n\r\n".encode("ascii") + packed
        if self._connection.is_open:
            try:
                return (yield from self._connection.ask(request))
            except (OSError, ExchangeError):
                # The collector closes idle connections: that is learnt by using one.
                self._connection.close()
        addresses = yield from self._names.addresses()
        yield from self._connection.open(addresses)
        return (yield from self._connection.ask(request))

    def _unreached(self, cause: str) -> LinkError:
        self.close()
        self._names.forget()
        return LinkError(f"cannot reach {self._settings.collector}: {cause}")

    def _refused(self, reply: Reply) -> LinkError:
        told = _object(reply.body) or {}
        detail = str(told.get("detail") or told.get("title") or reply.reason)[:300]
        wait = reply.headers.get("retry-after", "")
        seconds = min(float(wait), LONGEST_WAIT_SECONDS) if wait.isdigit() else None
        return LinkError(f"the collector answered {reply.status}: {detail}", reply.status, seconds)


def _gzip(body: bytes) -> bytes:
    window = SMALL_WINDOW if len(body) <= SMALL_BYTES else WINDOW
    packer = zlib.compressobj(PACKING, zlib.DEFLATED, *window)
    return packer.compress(body) + packer.flush()


def _understood(text: bytes, body: bytes) -> Answer:
    found = _object(text)
    if found is None or found.get("batch") != hashlib.sha256(body).hexdigest():
        raise LinkError("the collector's answer is not about this batch")
    epoch, seqs, asks = found.get("epoch"), _numbers(found.get("seqs")), found.get("asks") or []
    if not isinstance(epoch, str) or seqs is None or not isinstance(asks, list):
        raise LinkError("the collector's answer does not say what is stored")
    missed, lines = neighbours.sought(found.get("neighbours")), pins.chosen(found.get("lines"))
    return Answer(epoch, seqs, tuple(ask for ask in map(_ask, asks) if ask), missed, lines)


def _numbers(found: Any) -> tuple[int, ...] | None:
    if isinstance(found, list) and all(type(number) is int for number in found):
        return tuple(found)
    return None


def _ask(found: Any) -> Ask | None:
    if not isinstance(found, dict):
        return None
    number, job, argument = found.get("id"), found.get("job"), found.get("argument")
    if type(number) is not int or not isinstance(job, str) or not isinstance(argument, str | None):
        return None
    return Ask(number, job, argument)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
