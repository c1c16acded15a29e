"""A ward of eighty PCs under harmful names, walked through link by link as each role in both languages.

One office for all of it. Every page is asked for by each role in each language, and looked at as
HTML; one browser then opens what the officer reaches, where scripts run, and whatever another role
or language is shown that is built in another way: all of that is held to WCAG 2.2 AA, by day and in
the dark. In both languages every page fits the width of a phone.
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
from playwright.sync_api import Browser, BrowserContext

from collector.messages import LANGUAGES, Language
from collector.store.database import connect
from console import handing, people
from console.application import PAGES
from console.handing import Paper
from console.harmless import TURNING
from console.roles import PERSONAL, ROLES, Role, home, may
from tests.console.crowd import HOSTILE
from tests.console.markup import Markup
from tests.console.office import Running, poll
from tests.console.other_words import strays
from tests.console.signed import Signed, opened
from tests.console.test_chromium import COLOURS, PHONE, barriers, context, watched

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
OFFICE = re.compile(r"pc-00|may-chu|kho-chinh|192\.168")
SAID = " WMI "
"""What the simulated PCs say in no language."""


@dataclass
class Walk:
    """What one role met in one language: a path for each route, each page, and what was wrong."""

    role: Role
    language: Language
    paths: dict[str, str] = field(default_factory=dict)
    pages: dict[str, Markup] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


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
) -> Iterator[Mapping[tuple[Role, Language], BrowserContext]]:
    """One signed-in window for each role and language."""
    found = {}
    for role, visitor in visitors.items():
        name, _, value = visitor.cookie["cookie"].partition("=")
        for language in LANGUAGES:
            door = found[role, language] = context(browser)
            door.add_cookies(
                [
                    {"name": name, "value": value, "url": ward.base},
                    {"name": "language", "value": language, "url": ward.base},
                ]
            )
    yield found
    for door in found.values():
        door.close()


def pattern(path: str) -> str | None:
    """The route of an address."""
    path = path.partition("?")[0].partition("#")[0]
    return next((one.path for one in ROUTES if one.path_regex.match(path)), None)


def walked(visitor: Signed, role: Role, language: Language) -> Walk:
    """From home along every link, one page for each route."""
    walk, waiting = Walk(role, language), [home(role), *(MORE if role == "officer" else ())]
    while waiting:
        path = waiting.pop(0)
        route = pattern(path)
        if route is None or not may(role, "GET", route):
            walk.wrong.append(f"{role} is led to {path}")
            continue
        known = walk.paths.setdefault(route, path)
        if path not in (known, *MORE) or route in ELSEWHERE or route.startswith(FILES):
            continue
        if path not in walk.pages:
            waiting += looked(walk, visitor, path)
    walk.paths = {route: path for route, path in walk.paths.items() if path in walk.pages}
    return walk


def looked(walk: Walk, visitor: Signed, path: str) -> list[str]:
    """One page: what must not stand on it, and where it leads."""
    cookie = f"{visitor.cookie['cookie']}; language={walk.language}"
    status, _, body = visitor.running.ask("GET", path, headers={"cookie": cookie})
    page = walk.pages[path] = Markup(body)
    found = {
        f"answers {status}": status != 200,
        f"speaks {page.language!r}": page.language != walk.language,
        f"has {page.h1} headings of all": page.h1 != 1,
        f"holds what a name became: {page.harm}": bool(page.harm),
        "holds a name that turns what stands beside it": set(map(ord, body)) & set(TURNING),
        f"shows {page.forms} forms": walk.role != "officer" and page.forms,
        "shows the police the office": walk.role == "police" and OFFICE.search(body),
    }
    walk.wrong += [f"{path} {what}" for what, is_so in found.items() if is_so]
    return page.links


@pytest.fixture(scope="module")
def walks(visitors: Mapping[Role, Signed]) -> Mapping[tuple[Role, Language], Walk]:
    return {
        (role, language): walked(visitors[role], role, language)
        for language in LANGUAGES
        for role in ROLES
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_shown_or_led_to_what_it_must_not_see(
    walks: Mapping[tuple[Role, Language], Walk], role: Role, language: Language
) -> None:
    assert walks[role, language].wrong == []


def test_links_lead_each_role_to_every_page_that_is_opened_to_it(
    walks: Mapping[tuple[Role, Language], Walk],
) -> None:
    pages = {one.path for one in ROUTES if not one.path.startswith(FILES)} - ELSEWHERE
    for (role, language), walk in walks.items():
        opened_to = {one for one in pages if may(role, "GET", one)}
        assert opened_to - set(walk.paths) == set(), (role, language)
    assert set(walks["police", "en"].paths) == {"/handed", "/password", "/second-factor"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_holds_words_of_the_other_language(
    walks: Mapping[tuple[Role, Language], Walk], ward: Running, language: Language
) -> None:
    """By every text of every catalogue; names that the office declared are its own."""
    declared = (ward.state.parent / "inventory.yaml").read_text("utf-8") + SAID
    of: dict[Language, set[str]] = {one: set() for one in LANGUAGES}
    for (_, spoken), walk in walks.items():
        of[spoken] |= {text for page in walk.pages.values() for text in page.words}
    assert strays(language, of[language], declared) == {}
    (other,) = (one for one in LANGUAGES if one != language)
    assert len(strays(language, of[other], declared)) > 500, "it finds them where they are"


def test_every_look_at_what_belongs_to_an_official_is_in_the_audit_log(
    walks: Mapping[tuple[Role, Language], Walk], ward: Running
) -> None:
    with closing(sqlite3.connect(ward.state / "wardwatch.sqlite")) as connection:
        rows = connection.execute("SELECT actor, detail FROM audit WHERE action = 'looked'")
        seen = {(actor, msgspec.json.decode(detail)["page"]) for actor, detail in rows}
    for (role, _), walk in walks.items():
        who = "cntt" if role == "officer" else role
        for route, path in walk.paths.items():
            if route in PERSONAL:
                assert (who, path) in seen


@pytest.fixture(scope="module")
def unlike(walks: Mapping[tuple[Role, Language], Walk]) -> Mapping[tuple[Role, Language], set[str]]:
    """The officer's pages in Vietnamese, and each other one in which something is built in a new way."""
    known: set[object] = set()
    found: dict[tuple[Role, Language], set[str]] = {}
    for who, walk in walks.items():
        found[who] = set()
        for path, page in walk.pages.items():
            if who == ("officer", "vi") or not page.shapes <= known:
                found[who].add(path)
            known |= page.shapes
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_open_to_all_by_wcag_and_fits_a_phone(
    doors: Mapping[tuple[Role, Language], BrowserContext],
    walks: Mapping[tuple[Role, Language], Walk],
    unlike: Mapping[tuple[Role, Language], set[str]],
    ward: Running,
    language: Language,
) -> None:
    for role in ROLES:
        page, wrong = watched(doors[role, language], ward.base)
        page.on("dialog", lambda said: wrong.append(said.message))  # noqa: B023
        paths = walks[role, language].pages if role == "officer" else unlike[role, language]
        for path in paths:
            page.goto(ward.base + path)
            assert page.locator(HARMFUL).count() == 0, path
            if path in unlike[role, language]:
                assert barriers(page) == []
                page.emulate_media(color_scheme="dark")
                assert barriers(page, COLOURS) == []
                page.emulate_media(color_scheme="light")
            page.set_viewport_size(PHONE)
            # A plot takes its new width a moment after its page.
            poll(lambda: page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))  # noqa: B023
            page.set_viewport_size({"width": 1280, "height": 800})
        page.close()
        assert wrong == []
