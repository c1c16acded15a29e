"""The gate: strangers see the door alone, forms come from ourselves, links and sessions end."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from starlette.routing import Route

from console.application import PAGES
from console.pages.gate import COOKIE
from console.pages.signing import local
from tests.console.office import Running, wardwatch

FILLED = {
    "asset": "may-chu",
    "id": "SC-2026-0001",
    "id:int": "1",
    "format": "pdf",
    "format:str": "pdf",
    "set": "tai-lieu-mau",
    "obligation": "anm-72h",
    "token": "no-such-token",
    "language": "en",
    "number:int": "1",
}
FORM = {"content-type": "application/x-www-form-urlencoded"}
OPEN = ("/sign-in", "/oidc/", "/link/", "/language/")


def address(route: Route) -> str:
    return re.sub(r"\{([a-z_:]+)\}", lambda found: FILLED.get(found[1], "1"), route.path)


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{route.path} {sorted(route.methods)}")
def test_without_a_session_every_route_leads_to_the_door(running: Running, route: Route) -> None:
    path = address(route)
    for method in (route.methods or set()) - {"HEAD"}:
        status, headers, body = running.ask(method, path, headers=FORM)
        if path.startswith(OPEN):
            assert status in {200, 303, 401, 404}
            assert COOKIE not in headers.get("set-cookie", "")
        elif path.startswith("/api/"):
            assert status == 401
        elif method == "GET":
            assert status == 303
            assert headers["location"].startswith("/sign-in")
        else:
            assert status == 401
        # A refusal names the address that was asked for, and nothing that the office holds.
        assert "may-chu" not in body.replace(path, "")


@pytest.mark.parametrize("route", [one for one in PAGES if "POST" in (one.methods or ())])
def test_a_form_from_another_site_is_refused(running: Running, route: Route) -> None:
    for telling in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert running.ask("POST", address(route), "x=1", FORM | telling)[0] == 403


def test_every_answer_forbids_frames_inline_code_and_outside_requests(running: Running) -> None:
    for path in ("/", "/sign-in", "/static/console.css", "/no-such-page"):
        headers = running.ask("GET", path)[1]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def signed_in(running: Running) -> tuple[dict[str, str], str]:
    """By a fresh one-time link; the cookie and the form's token."""
    link = running.json("user", "link", "cntt")["link"]
    path = link.removeprefix(running.base)
    status, _, _ = running.ask("GET", path)
    assert status == 200
    status, headers, _ = running.ask("POST", path, headers=FORM)
    assert status == 303
    cookie = headers["set-cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    session = {"cookie": cookie.partition(";")[0]}
    assert running.ask("POST", path, headers=FORM)[0] == 404, "a link works once"
    assert running.ask("GET", path)[0] == 404
    page = running.ask("GET", "/password", headers=session)[2]
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    return session, token[1]


def test_a_form_without_the_sessions_own_token_changes_nothing(running: Running) -> None:
    session, token = signed_in(running)
    body = urlencode({"form_token": token[:-1] + "x"})
    assert running.ask("POST", "/sign-out", body, FORM | session)[0] == 403
    assert running.ask("GET", "/", headers=session)[0] == 200


def test_a_session_that_signed_out_is_worth_nothing(running: Running) -> None:
    session, token = signed_in(running)
    body = urlencode({"form_token": token})
    assert running.ask("POST", "/sign-out", body, FORM | session)[0] == 303
    assert running.ask("GET", "/", headers=session)[0] == 303


def test_a_form_that_is_too_large_is_refused(running: Running) -> None:
    assert running.ask("POST", "/sign-in", "a=" + "x" * 70_000, FORM)[0] == 413


def test_a_weak_password_is_refused_and_guessing_is_slowed_down(running: Running) -> None:
    added = wardwatch("user", "add", "khach", "--state", str(running.state))
    assert added.returncode == 0, added.stderr
    wrong = urlencode({"user": "khach", "password": "not this one"})
    answers = [running.ask("POST", "/sign-in", wrong, FORM)[0] for _ in range(11)]
    assert answers == [401] * 10 + [429]

    session, token = signed_in(running)
    for new, again in (("ngắn", "ngắn"), ("a" * 20, "a" * 20), ("mot cau de nho", "mot cau khac")):
        body = urlencode({"form_token": token, "new": new, "again": again})
        assert running.ask("POST", "/password", body, FORM | session)[0] == 400


def test_what_a_page_is_asked_for_is_never_taken_for_html(running: Running) -> None:
    session, _ = signed_in(running)
    hostile = "/incidents/%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    status, _, body = running.ask("GET", hostile, headers=session)
    assert status == 404
    assert "<script>" not in body


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "x", "", None]
)
def test_the_door_leads_to_no_other_site(wanted: str | None) -> None:
    assert local(wanted) == "/"


def test_the_door_leads_where_one_wanted_to_go() -> None:
    assert local("/machines/may-chu") == "/machines/may-chu"
