"""Pages for what went wrong: nothing there, no longer valid, or our own mistake; for programs, problems."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from console.pages.render import page, words

API = "/api/"
NUMBER_MOST = 2**53 - 1
"""What a database and every program's JSON still counts right."""


def problem(request: Request, status: int, title: str) -> Response:
    """For programs: what is wrong and how to mend it, and at which address."""
    told = {"type": "about:blank", "title": title, "status": status, "instance": request.url.path}
    return JSONResponse(told, status, media_type="application/problem+json")


def not_found(request: Request, key: str, **values: object) -> Response:
    """A page that says in one sentence what is not there."""
    return page(request, "error", status=404, sentence=words(request).text(key, **values))


def number(request: Request, name: str) -> int:
    """That part of the address; what no database counts to is not there. Raises HTTPException."""
    found = int(request.path_params[name])
    if found > NUMBER_MOST:
        raise HTTPException(404, f"no {name} {found}")
    return found


def not_yours(request: Request) -> Response:
    """A page of another role; the sentence is the same for every one of them."""
    sentence = words(request).text("error.not-yours")
    if request.url.path.startswith(API):
        return problem(request, 403, sentence)
    return page(request, "error", status=403, sentence=sentence)


def refused(request: Request, error: Exception) -> Response:
    """Whatever a handler raised on purpose."""
    if not isinstance(error, HTTPException):
        raise error
    if request.url.path.startswith(API):
        told = f"{error.detail}: see /api/openapi.json"
        return problem(request, error.status_code, told)
    if error.status_code == 404:
        return not_found(request, "error.missing")
    return PlainTextResponse(str(error.detail), error.status_code)


def broken(request: Request, _error: Exception) -> Response:
    """Our mistake: the log has the traceback, the reader a sentence."""
    sentence = words(request).text("error.broken")
    if request.url.path.startswith(API):
        return problem(request, 500, sentence)
    return page(request, "error", status=500, sentence=sentence)
