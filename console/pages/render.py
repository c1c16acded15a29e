"""Turns a page's values into HTML: one template environment, everything escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache, partial
from importlib.resources import files
from urllib.parse import urlencode

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from alerts import words as alert_words
from alerts.finding import Finding
from alerts.office import system_of
from collector.messages import LANGUAGES, Language
from console import names
from console.changed import mark_of
from console.desk import Desk
from console.harmless import straight
from console.health import health
from console.narrowing import narrowed
from console.roles import Role, home, may
from console.sessions import Visitor
from console.words import Words

NAVIGATION = (
    ("/", "overview"),
    ("/machines", "machines"),
    ("/officials", "officials"),
    ("/incidents", "incidents"),
    ("/findings", "findings"),
    ("/targets", "targets"),
    ("/lines", "lines"),
    ("/devices", "devices"),
    ("/backups", "backups"),
    ("/papers", "papers"),
)
CITY = (("/wards", "wards"),)
"""Where wards are declared."""
HOUSE = (
    ("/handed", "handed"),
    ("/add", "add"),
    ("/settings", "settings"),
    ("/audit", "audit"),
)
"""What is not of every day, last. The police have their list of papers and nothing else."""

LIVE = frozenset({"overview", "machines", "backups"})
"""Pages that keep themselves fresh."""

STILL = frozenset({"restore"})
"""Below those, and yet not: each look would search all snapshots anew."""


def desk(request: Request) -> Desk:
    """The office's values, as the application was given them."""
    found: Desk = request.app.state.desk
    return found


def language(request: Request) -> Language:
    """Vietnamese, unless this browser asked for English by the switch."""
    return "en" if request.cookies.get("language") == "en" else "vi"


def words(request: Request) -> Words:
    """The language, the office's time zone and the clock, for one answer."""
    here = desk(request)
    timezone = here.source.current().site.timezone
    return Words(language(request), timezone, here.clock())


def page(
    request: Request, template: str, here: str = "", status: int = 200, **values: object
) -> HTMLResponse:
    """One whole page. `here` is the navigation entry that it belongs to."""
    w, source = words(request), desk(request).source
    inventory, visitor = source.current(), getattr(request.state, "visitor", None)
    live = here in LIVE and template not in STILL
    content = (
        _environment()
        .get_template(f"{template}.html")
        .render(
            w=w,
            here=here,
            nav=_navigation(visitor, wards=bool(inventory.wards)),
            site=inventory.site,
            inventory=inventory,
            inventory_problems=source.problem.problems if source.problem else (),
            names=names,
            because=partial(_because, w),
            remedy=partial(_remedy, w, desk(request)),
            duty_problems=[one for one in health(desk(request).state_folder) if one.error],
            visitor=visitor,
            officer=visitor is not None and visitor.officer,
            home=home(visitor.role) if visitor else "/",
            other_language=next(one for one in LANGUAGES if one != w.language),
            path="/" if request.url.path.startswith("/link/") else request.url.path,
            live=live,
            mark=mark_of(desk(request)) if live else "",
            query=_query(request),
            static=static,
            **values,
        )
    )
    if visitor is not None and not visitor.officer:
        content = narrowed(content, partial(_may_open, request, visitor.role))
    return HTMLResponse(content, status)


def _may_open(request: Request, role: Role, path: str) -> bool:
    """By the application's own table of routes."""
    routes = (one for one in request.app.router.routes if isinstance(one, Route))
    asked = (one for one in routes if "GET" in (one.methods or ()) and one.path_regex.match(path))
    found = next(asked, None)
    return found is not None and may(role, "GET", found.path)


def _navigation(visitor: Visitor | None, *, wards: bool) -> list[tuple[str, str]]:
    """What that visitor may open, in the order of the house."""
    if visitor is None:
        return []
    entries = (*NAVIGATION, *(CITY if wards else ()), *HOUSE)
    return [(path, name) for path, name in entries if may(visitor.role, "GET", path)]


def _query(request: Request) -> str:
    """What was asked of this page, to be asked again; `live` itself is added by the page."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "live"]
    return urlencode(kept) + "&" if kept else ""


def _because(w: Words, finding: Finding) -> str:
    return alert_words.because(finding, w.language, w.timezone)


def _remedy(w: Words, here: Desk, rule: str, subjects: Iterable[str]) -> str:
    system = system_of(here.moment().office.state, subjects)
    return alert_words.remedy(rule, w.language, system)


@cache
def static(name: str) -> str:
    """The address of a file of ours, another one for each content: a browser never keeps it too long."""
    content = files("console").joinpath("static", *name.split("/")).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_straight,
    )


def _straight(value: object) -> object:
    """A name with turning marks would also turn what stands beside it."""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isascii():
        return straight(value)
    return value


def _source(name: str) -> str:
    return files("console").joinpath("templates", name).read_text("utf-8")
