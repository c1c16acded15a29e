"""The link to the collector: one kept connection, verified by the pinned authority alone."""

from __future__ import annotations

import hashlib
import http.client
import json
import zlib
from dataclasses import dataclass
from typing import Any

from agent import tls
from agent.settings import Settings

PATH = "/v1/reports"
TIMEOUT_SECONDS = 20
ANSWER_BYTES = 1024 * 1024
LONGEST_WAIT_SECONDS = 3600
"""What a `Retry-After` may ask for at most: a wrong answer must not silence a PC for days."""


class LinkError(Exception):
    """Nothing was acknowledged; the reports stay where they are."""

    def __init__(
        self, cause: str, status: int | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(cause)
        self.status = status
        """The collector's answer; None where none came."""
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that the collector asks for, by its name in a closed list."""

    id: int
    job: str
    argument: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the collector stored of a batch, and what it asks for."""

    epoch: str
    seqs: tuple[int, ...]
    asks: tuple[Ask, ...]


class Link:
    """Connects when it must, and keeps the connection: a TLS handshake costs more than a report."""

    def __init__(self, settings: Settings, pem: str) -> None:
        self._settings = settings
        self._connection = http.client.HTTPSConnection(
            settings.host, settings.port, context=tls.trusting(pem), timeout=TIMEOUT_SECONDS
        )

    def send(self, body: bytes, timeout_seconds: float = TIMEOUT_SECONDS) -> Answer:
        """Send one batch. Raises `LinkError`, or says what is stored."""
        kept = self._connection.sock is not None
        try:
            return self._send(body, timeout_seconds)
        except LinkError as problem:
            # The collector closes idle connections: that is learnt by using one.
            if not kept or problem.status is not None:
                raise
        return self._send(body, timeout_seconds)

    def close(self) -> None:
        """Let go of the connection; the next batch opens another."""
        self._connection.close()

    def _send(self, body: bytes, timeout_seconds: float) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._settings.agent}.{self._settings.secret}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        self._connection.timeout = timeout_seconds
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout_seconds)
        try:
            self._connection.request("POST", PATH, _gzip(body), headers)
            answer = self._connection.getresponse()
            text = answer.read(ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise LinkError(f"cannot reach {self._settings.collector}: {problem}") from problem
        except BaseException:
            self.close()  # half an exchange: what comes next on it would be another's answer
            raise
        if answer.status != 200:
            raise self._refused(answer, text)
        return _understood(text, body)

    def _refused(self, answer: http.client.HTTPResponse, text: bytes) -> LinkError:
        told = _object(text) or {}
        detail = str(told.get("detail") or told.get("title") or answer.reason)[:300]
        wait = answer.getheader("Retry-After") or ""
        seconds = min(float(wait), LONGEST_WAIT_SECONDS) if wait.isdigit() else None
        return LinkError(
            f"the collector answered {answer.status}: {detail}", answer.status, seconds
        )


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def _understood(text: bytes, body: bytes) -> Answer:
    found = _object(text)
    if found is None or found.get("batch") != hashlib.sha256(body).hexdigest():
        raise LinkError("the collector's answer is not about this batch")
    epoch, seqs, asks = found.get("epoch"), _numbers(found.get("seqs")), found.get("asks") or []
    if not isinstance(epoch, str) or seqs is None or not isinstance(asks, list):
        raise LinkError("the collector's answer does not say what is stored")
    return Answer(epoch, seqs, tuple(ask for ask in map(_ask, asks) if ask))


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
