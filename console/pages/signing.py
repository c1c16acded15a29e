"""The door: one-time links, passwords, signing in and out, and the language switch."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console import factor, passwords, people, roles, sessions
from console.pages.forms import Form
from console.pages.gate import COOKIE
from console.pages.render import desk, page

OIDC_FILE = "oidc.json"
YEAR_SECONDS = 365 * 86_400


def sign_in(request: Request) -> Response:
    """The door itself; whoever is in already goes on."""
    wanted = local(request.query_params.get("next"))
    if request.state.visitor:
        return RedirectResponse(wanted, 303)
    return door(request, wanted)


def door(
    request: Request, wanted: str = "/", status: int = 200, problem: str | None = None
) -> Response:
    """The form, and the way by the office's own provider where one is declared."""
    other = (desk(request).state_folder / OIDC_FILE).exists()
    return page(request, "sign-in", status=status, next=wanted, problem=problem, oidc=other)


def signed_in(request: Request, form: Form) -> Response:
    """Check a password and, where one is set, the code. Wrong, unknown, locked: the same time."""
    here, wanted = desk(request), local(form.get("next"))
    user, now = form.get("user", "").strip().lower(), here.clock()
    address = request.client.host if request.client else None
    with here.store.read() as connection:
        stored = people.password_hash(connection, user)
        guessing = people.guessing(connection, now, user, address)
    right = passwords.matches(stored, form.get("password", ""))
    if guessing:
        return door(request, wanted, 429, "sign-in.too-many")
    with here.store.write() as connection:
        if right and factor.secret_of(connection, user) is not None:
            right = factor.spend(connection, now, user, form.get("code", ""))
        if not right:
            people.note_failure(connection, now, user, address)
        else:
            token = sessions.open_session(connection, now, user, "password")
    if not right:
        return door(request, wanted, 401, "sign-in.failed")
    return enter(wanted, token)


def link(request: Request) -> Response:
    """Show the button. Previews of chat programs look at links, so looking uses nothing up."""
    here = desk(request)
    with here.store.read() as connection:
        good = people.link_is_good(connection, here.clock(), request.path_params["token"])
    return page(request, "link", status=200 if good else 404, good=good)


def link_used(request: Request, _form: Form) -> Response:
    """Use the link up and come in; the password comes next."""
    here = desk(request)
    with here.store.write() as connection:
        user = people.use_link(connection, here.clock(), request.path_params["token"])
        if user is not None:
            token = sessions.open_session(connection, here.clock(), user, "link")
    if user is None:
        return page(request, "link", status=404, good=False)
    return enter("/password", token)


def password(request: Request) -> Response:
    """The form for a new password."""
    return page(request, "password", ask_current=_asks_current(request), problem=None, kept=False)


def password_set(request: Request, form: Form) -> Response:
    """Keep a new password, unless it is weak or the current one was not proved."""
    here, visitor = desk(request), request.state.visitor
    problem = passwords.weakness(visitor.user, form.get("new", ""))
    if form.get("new") != form.get("again"):
        problem = "password.different"
    if not problem and _asks_current(request) and not _current_is_right(request, form):
        problem = "password.wrong"
    if problem:
        ask = _asks_current(request)
        return page(request, "password", status=400, ask_current=ask, problem=problem, kept=False)
    kept = passwords.hashed(form["new"])
    with here.store.write() as connection:
        people.set_password(connection, here.clock(), visitor, kept)
    return RedirectResponse(roles.home(visitor.role), 303)


def sign_out(request: Request, _form: Form) -> Response:
    """End the session on the server, and then in the browser."""
    here = desk(request)
    with here.store.write() as connection:
        sessions.end_session(connection, here.clock(), request.state.visitor)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def switch_language(request: Request) -> Response:
    """Remember the language in this browser alone."""
    chosen = "en" if request.path_params["language"] == "en" else "vi"
    answer = RedirectResponse(local(request.query_params.get("next")), 303)
    answer.set_cookie(
        "language", chosen, max_age=YEAR_SECONDS, secure=True, httponly=True, samesite="lax"
    )
    return answer


def local(wanted: str | None) -> str:
    """A path of our own, or the overview: a link to the door must not lead to another site."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc or "\\" in wanted else wanted


def _asks_current(request: Request) -> bool:
    here, visitor = desk(request), request.state.visitor
    with here.store.read() as connection:
        return visitor.opened_by != "link" and people.has_password(connection, visitor.user)


def _current_is_right(request: Request, form: Form) -> bool:
    here, visitor = desk(request), request.state.visitor
    with here.store.read() as connection:
        stored = people.password_hash(connection, visitor.user)
        if people.guessing(connection, here.clock(), visitor.user):
            return False
    if passwords.matches(stored, form.get("current", "")):
        return True
    with here.store.write() as connection:
        people.note_failure(connection, here.clock(), visitor.user)
    return False


def enter(wanted: str, token: str) -> Response:
    """On to where they wanted to go, with the session's cookie."""
    answer = RedirectResponse(wanted, 303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=sessions.SESSION_HOURS * 3600,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return answer
