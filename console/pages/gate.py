"""The gate before every page: who is asking, what they may open, forged forms, and the headers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.roles import PERSONAL, home, may
from console.sessions import Visitor

COOKIE = "__Host-wardwatch"
"""The prefix makes the browser refuse it without Secure, with a Domain, or under another path."""

PATH_LETTERS_MOST = 2_000
"""Longer than any address of ours; of a number with thousands of digits Python reads none."""

OPEN = ("/sign-in", "/oidc/", "/link/", "/static/", "/language/")
"""What a stranger may see: the door itself, its style and its language."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';"
        " img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",  # the one-time link must not travel on
    "strict-transport-security": "max-age=31536000",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-robots-tag": "noindex",
}


class Watch(Protocol):
    """What the gate asks of the store. Called in threads."""

    def visitor(self, token: str, *, person: bool) -> Visitor | None:
        """Whose session; `person` is False where a page only keeps itself fresh."""

    def program(self, token: str) -> Visitor | None:
        """Whose token."""

    def looked(self, visitor: Visitor, path: str) -> None:
        """Note in the audit log who looked at that page."""


class Gate:
    """ASGI middleware: a page runs only for a visitor whose role may open it."""

    def __init__(
        self,
        app: ASGIApp,
        watch: Watch,
        routes: Sequence[Route],
        refused: Callable[[Request], Response],
    ) -> None:
        self._app = app
        self._watch = watch
        self._routes = routes
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        visitor = await self._visitor(request)
        scope.setdefault("state", {})["visitor"] = visitor
        answer: ASGIApp = _stopped(request, visitor) or self._app
        if visitor and answer is self._app:
            answer = await self._by_role(scope, visitor)
        await answer(scope, receive, _with_headers(send, request.url.path))

    async def _visitor(self, request: HTTPConnection) -> Visitor | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and request.url.path.startswith("/api/"):
            return await run_sync(self._watch.program, token)
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        person = not refreshing(request)
        return await run_sync(lambda: self._watch.visitor(cookie, person=person))

    async def _by_role(self, scope: Scope, visitor: Visitor) -> ASGIApp:
        path = pattern(self._routes, scope)
        if path is None:  # no such page, or a file of our own style: the same for everyone
            return self._app
        if not may(visitor.role, scope["method"], path):
            if path == "/" and home(visitor.role) != "/":
                return RedirectResponse(home(visitor.role), 303)
            return await run_sync(self._refused, Request(scope))
        if path in PERSONAL:
            await run_sync(self._watch.looked, visitor, HTTPConnection(scope).url.path)
        return self._app


def refreshing(request: HTTPConnection) -> bool:
    """A page that asks for itself again, while nobody may be sitting before it."""
    return request.url.path == "/live" or "live" in request.query_params


def pattern(routes: Sequence[Route], scope: Scope) -> str | None:
    """The route's own spelling of the address (`/machines/{asset}`), by which access is told."""
    for route in routes:
        if route.matches(scope)[0] is Match.FULL:
            return route.path
    return None


def _stopped(request: HTTPConnection, visitor: Visitor | None) -> Response | None:
    """What needs no look at the role: forged forms, and strangers anywhere but at the door."""
    reading = request.scope["method"] in {"GET", "HEAD"}
    path = request.url.path
    if _is_odd(request.scope):
        return _plainly(path[:PATH_LETTERS_MOST], 400, "no address of this console is such")
    if not reading and not same_origin(request):
        return _plainly(path, 403, "this form came from another site")
    if visitor or path.startswith(OPEN):
        return None
    if path.startswith("/api/"):
        return _plainly(path, 401, "sign in, or send a token")
    if not reading:
        return _plainly(path, 401, "sign in first")
    wanted = "" if path == "/" else f"?next={quote(path, safe='/')}"
    return RedirectResponse(f"/sign-in{wanted}", 303)


def _is_odd(scope: Scope) -> bool:
    """What no route can be asked: too long, or with a letter that no database and no program takes."""
    path: str = scope["path"]
    return len(path) > PATH_LETTERS_MOST or "\0" in path or b"%00" in scope["query_string"]


def _plainly(path: str, status: int, title: str) -> Response:
    """A sentence; for programs the problem that the API's document tells of."""
    if not path.startswith("/api/"):
        return PlainTextResponse(title, status)
    told = {"type": "about:blank", "title": title, "status": status, "instance": path}
    return JSONResponse(told, status, media_type="application/problem+json")


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
