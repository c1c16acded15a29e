"""Answers that say no, as application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class Problem(msgspec.Struct, frozen=True):
    """What every refusal looks like."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


STRANGER = "not known here"
NOT_APPROVED = "this agent is not approved"
BROKEN = "the collector made a mistake; its log says which"


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """One refusal; `detail` is worded for the one who asked and tells nothing of others."""
    return Response(
        msgspec.json.encode(Problem(HTTPStatus(status).phrase, status, detail)),
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, error.detail, error.headers)


def _broken(_request: Request, _error: Exception) -> Response:
    # The server writes the traceback to the log; outside, nobody learns more than this.
    return problem(500, BROKEN)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Response]] = {
    HTTPException: _refused,
    Exception: _broken,
}
"""For the application that the routes are put into: no answer of theirs is plain text."""
