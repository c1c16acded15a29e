"""The way to the office's identity provider and back."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console import people, sessions
from console.pages.problems import not_found
from console.pages.render import desk
from console.pages.signing import door, enter, local

if TYPE_CHECKING:
    from console.oidc import Provider, Start

log = logging.getLogger(__name__)

COOKIE = "__Host-wardwatch-oidc"
"""Who comes back must be the browser that went away."""


def start(request: Request) -> Response:
    """Off to the provider."""
    from console import oidc  # noqa: PLC0415 - 0.2 s that an office without one can spare

    here, wanted = desk(request), local(request.query_params.get("next"))
    try:
        provider = oidc.declared(here.state_folder)
        if provider is None:
            return not_found(request, "error.missing")
        with here.store.write() as connection:
            state, address = oidc.begin(connection, here.clock(), provider, wanted)
    except oidc.OidcError as error:
        return _failed(request, error)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        COOKIE, state, max_age=600, path="/", secure=True, httponly=True, samesite="lax"
    )
    return answer


def callback(request: Request) -> Response:
    """Back again: let in whom the provider names, if they are known here."""
    from console import oidc  # noqa: PLC0415

    here = desk(request)
    try:
        provider = oidc.declared(here.state_folder)
        if provider is None:
            return not_found(request, "error.missing")
        began, named = _vouched(request, provider)
        token = _opened(request, named)
    except oidc.OidcError as error:
        return _failed(request, error)
    return enter(began.wanted, token)  # the other cookie is worth nothing now, and ends by itself


def _vouched(request: Request, provider: Provider) -> tuple[Start, str]:
    """The sign-in that was begun in this browser, and whom the provider names. Raises OidcError."""
    from console import oidc  # noqa: PLC0415

    here, asked = desk(request), request.query_params
    state, cookie = asked.get("state", ""), request.cookies.get(COOKIE, "")
    if not state or not secrets.compare_digest(state.encode(), cookie.encode()):
        raise oidc.OidcError("the answer was not asked for by this browser")
    with here.store.write() as connection:
        began = oidc.taken(connection, here.clock(), state)
    if began is None:
        raise oidc.OidcError("the answer came too late, or for the second time")
    return began, oidc.user(provider, began, asked.get("code", ""), here.clock())


def _opened(request: Request, named: str) -> str:
    """A session of that user. Raises OidcError where they are none here."""
    from console import oidc  # noqa: PLC0415

    here = desk(request)
    with here.store.write() as connection:
        if named not in people.known(connection):
            raise oidc.OidcError(f"{named!r} is no user here")
        return sessions.open_session(connection, here.clock(), named, "oidc")


def _failed(request: Request, error: Exception) -> Response:
    log.warning("sign-in by the identity provider: %s", error)
    return door(request, status=401, problem="sign-in.oidc-failed")
