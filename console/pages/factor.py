"""The page of one's own second factor: the picture for the telephone, and turning it off."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console import factor, people
from console.pages.forms import Form
from console.pages.render import desk, page

SECRET = re.compile(r"[A-Z2-7]{32}")


def second_factor(request: Request) -> Response:
    """A fresh secret each time; it counts only once a code from it was given back."""
    return _shown(request, None, factor.new_secret())


def second_factor_set(request: Request, form: Form) -> Response:
    """Turn it on by a code from the new secret, or off by a code from the kept one."""
    here, user, code = desk(request), request.state.visitor.user, form.get("code", "")
    now, secret = here.clock(), form.get("secret", "")
    with here.store.write() as connection:
        if people.guessing(connection, now, user):
            done, problem = False, "sign-in.too-many"
        elif form.get("act") == "off":
            done, problem = factor.spend(connection, now, user, code), "factor.wrong"
            if done:
                factor.keep(connection, now, user, None)
        else:
            unset = factor.secret_of(connection, user) is None
            good = bool(SECRET.fullmatch(secret)) and factor.step(secret, code, now) is not None
            done, problem = unset and good, "factor.wrong"
            if done:
                factor.keep(connection, now, user, secret)
        if not done and problem == "factor.wrong":
            people.note_failure(connection, now, user)
    if done:
        return RedirectResponse("/second-factor", 303)
    return _shown(request, problem, secret if SECRET.fullmatch(secret) else factor.new_secret())


def _shown(request: Request, problem: str | None, secret: str) -> Response:
    here, user = desk(request), request.state.visitor.user
    with here.store.read() as connection:
        on = factor.secret_of(connection, user) is not None
    told = factor.address(secret, user, here.source.current().site.name)
    return page(
        request,
        "second-factor",
        status=400 if problem else 200,
        on=on,
        problem=problem,
        secret=secret,
        picture=factor.picture(told),
    )
