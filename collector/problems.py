"""Answers that say no, as application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import Response


class Problem(msgspec.Struct, frozen=True):
    """What every refusal looks like."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


STRANGER = "not known here"
NOT_APPROVED = "this agent is not approved"


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """One refusal; `detail` is worded for the one who asked and tells nothing of others."""
    return Response(
        msgspec.json.encode(Problem(HTTPStatus(status).phrase, status, detail)),
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )
