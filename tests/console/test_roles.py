"""Every route by every role: what is not opened to a role is refused, whoever added the page."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import msgspec
import pytest
from starlette.routing import Route

from console.application import PAGES
from console.roles import OPEN_TO, PERSONAL, ROLES, Role, home, may
from tests.console.office import Running, wardwatch
from tests.console.signed import Signed, sign_in
from tests.console.test_gate import FORM, address

REFUSED = "Trang này không thuộc quyền của tài khoản này."
READERS: tuple[Role, ...] = ("viewer", "police", "auditor")
OWN = {"/sign-in", "/link/{token}", "/language/{language}", "/password", "/second-factor"}
OWN |= {"/sign-out", "/oidc/start", "/oidc/callback"}
POLICE_SEE = {"/handed", "/handed/{number:int}", "/export/handed.{format:str}"}
POLICE_SEE |= {"/api/handed", "/api/handed/{number:int}"}


@pytest.fixture(scope="module")
def visitors(running: Running) -> dict[Role, Signed]:
    for role in READERS:
        done = wardwatch("user", "add", role, "--role", role, "--state", str(running.state))
        assert done.returncode == 0, done.stderr
    return {role: sign_in(running, role) for role in READERS}


def asked(visitor: Signed, method: str, path: str) -> tuple[int, str]:
    status, _, body = visitor.running.ask(method, path, headers=FORM | visitor.cookie)
    return status, body


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{route.path} {sorted(route.methods)}")
def test_a_role_is_refused_every_route_that_is_not_opened_to_it(
    running: Running, visitors: dict[Role, Signed], route: Route
) -> None:
    if route.path in {"/sign-out", "/live"}:
        return  # one would end the sessions of this crawl, the other never ends
    for role in READERS:
        for method in sorted((route.methods or set()) - {"HEAD"}):
            status, body = asked(visitors[role], method, address(route))
            if may(role, method, route.path):
                assert REFUSED not in body, (role, method)
            elif route.path == "/" and role == "police":
                assert status == 303
            else:
                assert status == 403, (role, method)
                assert REFUSED in body
                assert "<table" not in body


def test_the_police_see_what_was_handed_over_and_nothing_else(
    visitors: dict[Role, Signed],
) -> None:
    seen = {
        route.path
        for route in PAGES
        for one in route.methods or ()
        if may("police", one, route.path)
    }
    assert seen - OWN <= POLICE_SEE
    _, _, body = visitors["police"].running.ask("GET", "/handed", headers=visitors["police"].cookie)
    links = set(re.findall(r'href="(/[^"#?]*)', body))
    assert not [one for one in links if one.startswith(("/machines", "/incidents", "/findings"))]
    assert "may-chu" not in body


def test_nobody_but_the_officer_can_change_anything_of_the_office() -> None:
    for (method, path), roles in OPEN_TO.items():
        if method != "GET":
            assert path in OWN, (path, roles)


def test_what_is_opened_is_there() -> None:
    known = {(one, route.path) for route in PAGES for one in route.methods or ()}
    assert set(OPEN_TO) <= known
    assert {path for _, path in known} >= PERSONAL


def test_a_new_page_is_the_officers_alone() -> None:
    assert [role for role in ROLES if may(role, "GET", "/something-new")] == ["officer"]
    assert [role for role in ROLES if may(role, "POST", "/machines")] == ["officer"]
    assert {role: home(role) for role in ROLES} == {
        "officer": "/",
        "viewer": "/",
        "police": "/handed",
        "auditor": "/",
    }


def test_every_page_that_a_role_may_open_has_no_way_into_one_that_it_may_not(
    visitors: dict[Role, Signed],
) -> None:
    for role in READERS:
        _, _, body = visitors[role].running.ask("GET", home(role), headers=visitors[role].cookie)
        for path in re.findall(r'<nav class="nav".*?</nav>', body, re.DOTALL):
            for link in re.findall(r'href="([^"]+)"', path):
                assert may(role, "GET", link), (role, link)


def test_a_look_at_one_officials_pc_is_in_the_audit_log_once(running: Running) -> None:
    visitor = sign_in(running, "auditor")
    for _ in range(3):
        assert visitor.page("/machines/pc-cntt")[0] == 200
    found = running_audit(running)
    mine = [one for one in found if one == ("auditor", "looked", "/machines/pc-cntt")]
    assert len(mine) == 1


def running_audit(running: Running) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(running.state / "wardwatch.sqlite")) as connection:
        rows = connection.execute("SELECT actor, action, detail FROM audit ORDER BY seq").fetchall()
    return [
        (actor, action, msgspec.json.decode(detail).get("page", ""))
        for actor, action, detail in rows
    ]


def test_a_user_who_was_shut_out_is_out_at_once(running: Running) -> None:
    state = ("--state", str(running.state))
    assert wardwatch("user", "add", "tam-thoi", "--role", "viewer", *state).returncode == 0
    visitor = sign_in(running, "tam-thoi")
    assert visitor.page("/")[0] == 200
    assert wardwatch("user", "close", "tam-thoi", *state).returncode == 0
    assert visitor.page("/")[0] == 303
    refused = wardwatch("user", "close", "cntt", *state)
    assert refused.returncode == 2
    assert "last officer" in refused.stderr
    assert "tam-thoi" in wardwatch("user", "list", *state).stdout
