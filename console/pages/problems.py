"""Pages for what went wrong: nothing there, no longer valid, or our own mistake."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from console.pages.render import page, words


def not_found(request: Request, key: str, **values: object) -> Response:
    """A page that says in one sentence what is not there."""
    return page(request, "error", status=404, sentence=words(request).text(key, **values))


def not_yours(request: Request) -> Response:
    """A page of another role; the sentence is the same for every one of them."""
    sentence = words(request).text("error.not-yours")
    if request.url.path.startswith("/api/"):
        told = {"type": "about:blank", "title": sentence, "status": 403}
        return JSONResponse(told, 403, media_type="application/problem+json")
    return page(request, "error", status=403, sentence=sentence)


def refused(request: Request, error: Exception) -> Response:
    """Whatever a handler raised on purpose."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return not_found(request, "error.missing")
    return PlainTextResponse(str(error.detail), error.status_code)


def broken(request: Request, _error: Exception) -> Response:
    """Our mistake: the log has the traceback, the reader a sentence."""
    return page(request, "error", status=500, sentence=words(request).text("error.broken"))
