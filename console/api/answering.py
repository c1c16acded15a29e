"""Answers what the API is asked: reads the body, runs the function, tells refusals as problems."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import quote

import anyio
import msgspec
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from alerts.documents.letter import PurposeError
from alerts.documents.period import PeriodError
from alerts.incidents import NotAllowed
from alerts.signing import SigningError
from alerts.words import refusal
from backup.commands import CommandError
from backup.pin import PinError
from backup.restic import ResticError
from backup.stores import StoreError
from collector.authority import AuthorityError
from collector.devices import sightings
from collector.joining import JoiningError
from console.api.document import document
from console.api.operation import File, Operation
from console.api.table import OPERATIONS
from console.cases import CaseError
from console.inventory_file import EditError
from console.line_papers import LineError
from console.pages.problems import problem
from console.pages.render import language
from console.papers import PaperError
from console.spreadsheet import SheetError

REFUSALS = (
    AuthorityError,
    CommandError,
    EditError,
    JoiningError,
    PaperError,
    PeriodError,
    PinError,
    PurposeError,
    ResticError,
    SheetError,
    SigningError,
    StoreError,
    sightings.NameError,
)
"""What stands in the way, worded by whoever found it."""
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it; PostgreSQL keeps no text with it."""
UNKNOWN = (CaseError, LineError)


def routes() -> list[Route]:
    """All of them, and the document that describes them."""
    return [
        *(Route(one.path, endpoint(one), methods=[one.method]) for one in OPERATIONS),
        Route("/api/openapi.json", lambda _: JSONResponse(document())),
    ]


def endpoint(one: Operation) -> Callable[[Request], Any]:
    """One operation as the application serves it."""
    return _acting(one) if one.method == "POST" else _reading(one)


def _reading(one: Operation) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return _told(request, lambda: one.function(request))

    return endpoint


def _acting(one: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        # A form of another site can't send this type without asking the browser first.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return problem(request, 415, "send JSON, with content-type: application/json")
        try:
            with anyio.fail_after(one.seconds_most):
                content = await _content(request, one.bytes_most)
        except TimeoutError:
            return problem(request, 408, "what was sent did not arrive in time")
        if content is None:
            return problem(request, 413, f"more than {one.bytes_most} bytes are not taken")
        # A signed paper is megabytes: to read it would hold up all others here.
        return await run_sync(_told, request, lambda: one.function(request, _asked(one, content)))

    return endpoint


async def _content(request: Request, bytes_most: int) -> bytes | None:
    """None: it is more."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > bytes_most:
            return None
    return bytes(content)


def _asked(one: Operation, content: bytes) -> Any:
    if b"\\u0000" in content and NUL.search(content):
        raise HTTPException(400, "no text holds \\u0000")
    try:
        return msgspec.json.decode(content, type=one.body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HTTPException(400, f"{error}: see /api/openapi.json") from error


def _told(request: Request, work: Callable[[], Any]) -> Response:
    try:
        found = work()
    except HTTPException as error:
        return problem(request, error.status_code, str(error.detail))
    except NotAllowed as error:
        status = 404 if error.key == "unknown" else 409
        return problem(request, status, refusal(error.key, error.values, language(request)))
    except UNKNOWN as error:
        return problem(request, 404, str(error))
    except REFUSALS as error:
        return problem(request, 409, str(error))
    if isinstance(found, File):
        return _file(found)
    return Response(msgspec.json.encode(found), media_type="application/json")


def _file(found: File) -> Response:
    name = quote(found.name.encode("utf-8", "replace"), safe="")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    if isinstance(found.content, Iterator):
        return StreamingResponse(found.content, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
