"""The API lacks nothing that a page shows or does; what it leaves out is named here, with its reason."""

from __future__ import annotations

from console.api.document import document
from console.api.table import OPERATIONS
from console.application import PAGES
from console.roles import OPEN_TO, PERSONAL

ANOTHER_NAME = {
    ("GET", "/"): ("GET", "/api/status"),
    ("POST", "/incidents/{id}"): ("POST", "/api/incidents/{id}/actions"),
    ("POST", "/incidents/{id}/send"): ("POST", "/api/incidents/{id}/sending"),
    ("POST", "/incidents/{id}/police.{format:str}"): ("POST", "/api/incidents/{id}/papers"),
    ("GET", "/add"): ("GET", "/api/agents"),
    ("POST", "/add"): ("POST", "/api/tokens"),
    ("POST", "/add/{agent}"): ("POST", "/api/agents/{agent}"),
    ("GET", "/settings/inventory"): ("GET", "/api/inventory"),
    ("POST", "/settings/inventory"): ("POST", "/api/inventory"),
    ("POST", "/start"): ("POST", "/api/inventory/draft"),
}
"""Every other page `/x` is `/api/x`."""

WITHOUT = {
    ("GET", "/start"): "a form: what it is filled with is POST /api/inventory/draft",
    ("GET", "/live"): "tells an open page to look again: a program asks when it wants to know",
    ("POST", "/settings/users"): "a token that leaked would make itself users who outlive it",
    ("POST", "/settings/users/{user}"): "likewise links, and roles that are more than its own",
}
DOORS = ("/sign-in", "/sign-out", "/link/", "/language/", "/oidc/", "/password", "/second-factor")
"""How a person comes in and goes: a program has a token, which a person made."""
TABLES = "/export/"
"""The same rows as the page's own address answers, for a spreadsheet."""


def here() -> set[tuple[str, str]]:
    return {(one.method, one.path) for one in OPERATIONS}


def test_whatever_a_page_shows_or_does_a_program_may_ask_for() -> None:
    pages = {(method, one.path) for one in PAGES for method in (one.methods or set()) - {"HEAD"}}
    pages = {one for one in pages if not one[1].startswith(("/api/", *DOORS, TABLES))}
    lacking = {
        (method, path)
        for method, path in pages - set(WITHOUT)
        if ANOTHER_NAME.get((method, path), (method, f"/api{path}")) not in here()
    }
    assert lacking == set()
    assert set(WITHOUT) | set(ANOTHER_NAME) <= pages, "an exception that is none any more"
    assert not [path for method, path in WITHOUT if (method, f"/api{path}") in here()]


def test_a_role_that_may_open_a_page_may_ask_for_what_is_on_it() -> None:
    readings = {"/api/machines/{asset}", "/api/incidents/{id}"}
    """Raw, with addresses and accounts: on the page those are left out for who only reads."""
    for (method, path), roles in OPEN_TO.items():
        other = ANOTHER_NAME.get((method, path), (method, f"/api{path}"))
        if other in here() and other[1] not in readings:
            assert OPEN_TO.get(other, frozenset()) == roles, path
        if other in here() and path in PERSONAL:
            assert other[1] in PERSONAL, path


def test_every_operation_says_what_it_does_in_a_sentence_and_has_a_name_of_its_own() -> None:
    told = [one for methods in document()["paths"].values() for one in methods.values()]
    assert len(told) == len(OPERATIONS) == len({one["operationId"] for one in told})
    for one in told:
        assert one["summary"].endswith("."), one
        assert len(one["summary"].splitlines()) == 1, one
