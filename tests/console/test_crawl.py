"""A ward of eighty PCs under harmful names, walked through link by link as each role in both languages.

One office and one browser for all of it. Every page that the officer reaches is held to WCAG 2.2 AA
in both languages, by day and in the dark, and to the width of a phone.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from collector.store.database import connect
from console import handing, people
from console.application import PAGES
from console.handing import Paper
from console.harmless import TURNING
from console.roles import PERSONAL, ROLES, Role, home, may
from tests.console.crowd import HOSTILE
from tests.console.office import Running, poll
from tests.console.signed import Signed, opened
from tests.console.test_chromium import COLOURS, PHONE, barriers, context, watched

LANGUAGES = ("vi", "en")
ROUTES = tuple(one for one in PAGES if "GET" in (one.methods or ()))
FILES = (
    "/export/",
    "/api/",
    "/incidents/{id}/files/",
    "/incidents/{id}/file.zip",
    "/handed/{number:int}",
    "/backups/restored/",
)
"""What is taken away rather than looked at."""
ELSEWHERE = {"/sign-in", "/link/{token}", "/language/{language}", "/oidc/start", "/oidc/callback"}
ELSEWHERE |= {"/live", "/wards"}
"""The door is everybody's; a stream is no page; wards stand on a city's console (`test_wards`)."""
MORE = ("/machines?view=grid", "/machines/pc-0000")
"""Dense tiles, and a PC with a whole day to plot."""
HARMFUL = "main script, main img, main iframe, main object, main b b, main [onerror]"


@dataclass
class Walk:
    """What one role met: a path for each route, and what was wrong."""

    role: Role
    paths: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    personal: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def visitors(ward: Running) -> Mapping[Role, Signed]:
    """One of each role; an incident told in harmful words, and one paper handed to the police."""
    poll(lambda: "pc-0077" in ward.get("/metrics")[1])
    now, store = datetime.fromtimestamp(time.time(), UTC), connect(settings_database(ward))
    with store.write() as connection:
        for role in ROLES[1:]:
            people.add(connection, now, "test", role, role)
        links = {
            role: people.new_link(connection, now, "test", "cntt" if role == "officer" else role, 1)
            for role in ROLES
        }
    found = {role: opened(ward, f"/link/{links[role]}") for role in ROLES}
    told = {"kind": "told-phishing", "words": HOSTILE[1], "who": HOSTILE[0], "subject": "pc-0000"}
    status, headers, _ = found["officer"].post("/incidents", **told)
    assert status == 303
    incident = headers["location"].rpartition("/")[2]
    with store.write() as connection:
        paper = Paper(f"{HOSTILE[2]}.pdf", "application/pdf", b"%PDF-1.7")
        handing.hand_over(connection, now, "cntt", incident, paper)
    store.close()
    return found


def settings_database(ward: Running) -> str:
    return f"sqlite:///{ward.state}/wardwatch.sqlite"


@pytest.fixture(scope="module")
def doors(
    browser: Browser, ward: Running, visitors: Mapping[Role, Signed]
) -> Iterator[Mapping[Role, BrowserContext]]:
    """One signed-in window for each role."""
    found = {}
    for role, visitor in visitors.items():
        door = found[role] = context(browser)
        name, _, value = visitor.cookie["cookie"].partition("=")
        door.add_cookies([{"name": name, "value": value, "url": ward.base}])
    yield found
    for door in found.values():
        door.close()


def pattern(path: str) -> str | None:
    """The route of an address."""
    path = path.partition("?")[0].partition("#")[0]
    return next((one.path for one in ROUTES if one.path_regex.match(path)), None)


def walked(door: BrowserContext, ward: Running, role: Role) -> Walk:
    """From home along every link, one page for each route, in Vietnamese."""
    walk, waiting = Walk(role), [home(role)]
    page, noise = watched(door, ward.base)
    page.on("dialog", lambda said: walk.wrong.append(f"{page.url} asks {said.message}"))
    while waiting:
        path = waiting.pop(0)
        route = pattern(path)
        if route is None or not may(role, "GET", route):
            walk.wrong.append(f"{role} is led from {page.url} to {path}")
            continue
        if route in walk.paths or route in ELSEWHERE or route.startswith(FILES):
            continue
        walk.paths[route] = path
        answer = page.goto(ward.base + path)
        if answer is None or answer.status != 200:
            walk.wrong.append(f"{path}: {answer and answer.status}")
        walk.wrong += harm(page, role)
        waiting += page.eval_on_selector_all(
            "a[href^='/']", "all => all.map(one => one.getAttribute('href'))"
        )
    walk.wrong += noise
    return walk


def harm(page: Page, role: Role) -> list[str]:
    """What must not stand on any page."""
    found = []
    if page.locator(HARMFUL).count():
        found.append(f"{page.url}: a name became markup")
    if set(map(ord, page.inner_text("body"))) & set(TURNING):
        found.append(f"{page.url}: a name turns what stands beside it")
    forms = page.locator("main form[method=post]:not(.own)").count()
    if role != "officer" and forms:
        found.append(f"{page.url}: {role} is shown {forms} forms")
    if role == "police" and re.search(r"pc-00|may-chu|kho-chinh|192\.168", page.content()):
        found.append(f"{page.url}: the police see the office")
    return found


@pytest.fixture(scope="module")
def walks(doors: Mapping[Role, BrowserContext], ward: Running) -> Mapping[Role, Walk]:
    return {role: walked(doors[role], ward, role) for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_shown_or_led_to_what_it_must_not_see(
    walks: Mapping[Role, Walk], role: Role
) -> None:
    assert walks[role].wrong == []


def test_links_lead_each_role_to_every_page_that_is_opened_to_it(
    walks: Mapping[Role, Walk],
) -> None:
    pages = {one.path for one in ROUTES if not one.path.startswith(FILES)} - ELSEWHERE
    for role in ROLES:
        opened_to = {one for one in pages if may(role, "GET", one)}
        assert opened_to - set(walks[role].paths) == set(), role
    assert set(walks["police"].paths) == {"/handed", "/password", "/second-factor"}


def test_every_look_at_what_belongs_to_an_official_is_in_the_audit_log(
    walks: Mapping[Role, Walk], ward: Running
) -> None:
    with closing(sqlite3.connect(ward.state / "wardwatch.sqlite")) as connection:
        rows = connection.execute("SELECT actor, detail FROM audit WHERE action = 'looked'")
        looked = {(actor, msgspec.json.decode(detail)["page"]) for actor, detail in rows}
    for role, walk in walks.items():
        who = "cntt" if role == "officer" else role
        for route, path in walk.paths.items():
            if route in PERSONAL:
                assert (who, path) in looked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_open_to_all_by_wcag_and_fits_a_phone(
    doors: Mapping[Role, BrowserContext],
    walks: Mapping[Role, Walk],
    ward: Running,
    language: str,
) -> None:
    door = doors["officer"]
    door.add_cookies([{"name": "language", "value": language, "url": ward.base}])
    page, wrong = watched(door, ward.base)
    for path in (*walks["officer"].paths.values(), *MORE):
        page.goto(ward.base + path)
        assert page.evaluate("document.documentElement.lang") == language, path
        assert page.locator("h1").count() == 1, path
        assert barriers(page) == []
        page.emulate_media(color_scheme="dark")
        assert barriers(page, COLOURS) == []
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        # A plot takes its new width a moment after its page.
        poll(lambda: page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
        page.set_viewport_size({"width": 1280, "height": 800})
    page.close()
    assert wrong == []
