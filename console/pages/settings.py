"""The page of settings: users, the inventory, thresholds, notices and certificates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector import authority
from collector.authority import AuthorityError
from console import factor, people, settings
from console.addresses import parse, reach
from console.pages.forms import Form
from console.pages.render import desk, page, words
from console.roles import ROLES, role

LINK_HOURS = 0.25


def settings_page(request: Request) -> Response:
    """All of it; the inventory has a page of its own."""
    return _shown(request)


def user_added(request: Request, form: Form) -> Response:
    """A new user, and the one-time link that is their first way in."""
    here, user = desk(request), form.get("user", "").strip().lower()
    wanted = role(form.get("role", "")) or "viewer"

    def act(connection: Connection) -> str:
        me = request.state.visitor.user
        people.add(connection, here.clock(), me, user, wanted)
        return people.new_link(connection, here.clock(), me, user, 24)

    return _acted(request, act)


def user_changed(request: Request, form: Form) -> Response:
    """Another role, a new link, no second factor, or shut out: as the button says."""
    here, user, me = desk(request), request.path_params["user"], request.state.visitor.user
    now, wanted = here.clock(), role(form.get("role", ""))

    def act(connection: Connection) -> str | None:
        if form.get("act") == "link":
            return people.new_link(connection, now, me, user, LINK_HOURS)
        if form.get("act") == "close":
            people.close(connection, now, me, user)
        elif form.get("act") == "factor":
            factor.keep(connection, now, user, None)
        elif form.get("act") == "role" and wanted:
            people.set_role(connection, now, me, user, wanted)
        return None

    return _acted(request, act)


def _acted(request: Request, act: Callable[[Connection], str | None]) -> Response:
    try:
        with desk(request).store.write() as connection:
            token = act(connection)
    except people.PeopleError as error:
        return _shown(request, refusal=str(error))
    if token is None:
        return RedirectResponse("/settings#users", 303)
    listen = reach(parse(settings.load(desk(request).state_folder).listen))
    return _shown(request, link=f"https://{listen}/link/{token}")


def _shown(request: Request, refusal: str | None = None, link: str | None = None) -> Response:
    here, w = desk(request), words(request)
    inventory = here.source.current()
    with here.store.read() as connection:
        users = people.everyone(connection)
    try:
        life = authority.life(here.state_folder / "ca")
    except AuthorityError:
        life = None
    return page(
        request,
        "settings",
        here="settings",
        status=409 if refusal else 200,
        users=users,
        roles=ROLES,
        link=link,
        refusal=refusal,
        path_of_file=str(here.source.path),
        thresholds=tuple(told_values(inventory.rules.model_dump(), "rules")),
        notices=tuple(told_values(inventory.notices.model_dump(), "notices")),
        life=life,
        certificate_state=_state(life, w.now),
    )


def told_values(told: Any, path: str) -> Iterator[tuple[str, str]]:
    """Each setting by its place in the inventory, as `rules.disk_filling.used_ratio`."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from told_values(value, f"{path}.{name}")
    elif isinstance(told, list | tuple):
        for number, value in enumerate(told):
            yield from told_values(value, f"{path}[{number}]")
    elif told is not None:
        yield path, str(told)


def _state(life: authority.Life | None, now: Any) -> str:
    if life is None or now < life.begins_at:
        return "unknown"
    return "fail" if now > life.ends_at else "pass"
