"""Asks the collector whether a test may begin now: it lends the line to one PC at a time."""

from __future__ import annotations

import http.client
import json
import re
from typing import NamedTuple

from agent import tls
from agent.bandwidth.measure import MeasureError, boot_seconds
from agent.settings import Settings

PATH = "/v1/speed/permit"
TIMEOUT_SECONDS = 10
ANSWER_BYTES = 16 * 1024
LONGEST_SECONDS = 60.0
MOST_BYTES = 4 * 10**9
"""What the collector may allow at most: figures in its answer only ever narrow these."""
TICKET = re.compile(r"[0-9a-f]{32}")


class Permit(NamedTuple):
    """The line is this PC's until `end_at`, an instant of `boot_seconds`."""

    generation: int
    ticket: str
    end_at: float
    most_bytes: int


def ask(settings: Settings, pem: str, line: str, job: int) -> Permit:
    """One question; raises MeasureError where the line is not free, or nobody answers."""
    # Before the question: an answer that was long on its way counts from there.
    began = boot_seconds()
    link = http.client.HTTPSConnection(
        settings.host, settings.port, context=tls.trusting(pem), timeout=TIMEOUT_SECONDS
    )
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {settings.agent}.{settings.secret}",
    }
    try:
        link.request("POST", PATH, json.dumps({"line": line, "job": job}).encode(), headers)
        answer = link.getresponse()
        text = answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as problem:
        raise MeasureError(f"cannot reach {settings.collector}: {problem}") from problem
    finally:
        link.close()
    if answer.status != 200:
        raise MeasureError(f"the collector does not lend the line: {_detail(text)}")
    return _permit(text, began)


def _permit(text: bytes, began: float) -> Permit:
    try:
        told = json.loads(text)
        ticket, seconds = str(told["ticket"]), float(told["seconds"])
        count, generation = int(told["bytes"]), int(told["generation"])
    except (ValueError, KeyError, TypeError) as problem:
        raise MeasureError("the collector's answer is no permit") from problem
    if not TICKET.fullmatch(ticket) or not seconds > 0 or not count > 0:
        raise MeasureError("the collector's answer is no permit")
    end_at = began + min(seconds, LONGEST_SECONDS)
    return Permit(generation, ticket, end_at, min(count, MOST_BYTES))


def _detail(text: bytes) -> str:
    try:
        return str(json.loads(text)["detail"])[:200]
    except (ValueError, KeyError, TypeError):
        return "no reason was given"
