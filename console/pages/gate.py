"""The gate before every page: who is asking, forged forms, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.people import Visitor

COOKIE = "__Host-wardwatch"
"""The prefix makes the browser refuse it without Secure, with a Domain, or under another path."""

OPEN = ("/sign-in", "/link/", "/static/", "/language/")
"""What a stranger may see: the door itself, its style and its language."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",  # the one-time link must not travel on
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-robots-tag": "noindex",
}


class Gate:
    """ASGI middleware: a page runs only for a visitor with a session, a form only from ourselves."""

    def __init__(self, app: ASGIApp, visitor: Callable[[str], Visitor | None]) -> None:
        self._app = app
        self._visitor = visitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        cookie = request.cookies.get(COOKIE)
        visitor = await run_sync(self._visitor, cookie) if cookie else None
        scope.setdefault("state", {})["visitor"] = visitor
        refusal = _refusal(request, visitor)
        answer: ASGIApp = refusal or self._app
        await answer(scope, receive, _with_headers(send, request.url.path))


def _refusal(request: HTTPConnection, visitor: Visitor | None) -> Response | None:
    reading = request.scope["method"] in {"GET", "HEAD"}
    if not reading and not same_origin(request):
        return PlainTextResponse("this form came from another site", 403)
    path = request.url.path
    if visitor or path.startswith(OPEN):
        return None
    if not reading:
        return PlainTextResponse("sign in first", 401)
    wanted = "" if path == "/" else f"?next={quote(path, safe='/')}"
    return RedirectResponse(f"/sign-in{wanted}", 303)


def same_origin(request: HTTPConnection) -> bool:
    """Browsers say where a form came from; what says nothing is no browser, and holds no cookie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin == f"{request.url.scheme}://{request.headers.get('host')}"


def _with_headers(send: Send, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            kept = "public, max-age=3600" if path.startswith("/static/") else "no-store"
            headers.setdefault("cache-control", kept)
        await send(message)

    return sending
