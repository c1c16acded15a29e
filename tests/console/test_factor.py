"""The second factor and the ends of sessions: each code once, each session until its hour."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pyotp
import pytest

from collector.store.database import Store, connect
from collector.store.migrate import migrate
from console import factor, people, sessions
from tests.console.office import Running, wardwatch
from tests.console.signed import FORM, sign_in

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSWORD = "một câu ngắn dễ nhớ"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = connect(f"sqlite:///{tmp_path}/people.sqlite")
    migrate(found)
    with found.write() as connection:
        people.add(connection, NOON, "test", "cntt")
    yield found
    found.close()


def test_a_code_is_taken_once_and_within_half_a_minute(store: Store) -> None:
    secret = factor.new_secret()
    code = pyotp.TOTP(secret).at(NOON)
    with store.write() as connection:
        factor.keep(connection, NOON, "cntt", secret)
        assert not factor.spend(connection, NOON + timedelta(seconds=95), "cntt", code)
        assert factor.spend(
            connection, NOON + timedelta(seconds=29), "cntt", f"{code[:3]} {code[3:]}"
        )
        assert not factor.spend(connection, NOON + timedelta(seconds=29), "cntt", code)
        for wrong in ("", "abc", "１２３４５６", "0" * 400, code + "0"):
            assert not factor.spend(connection, NOON, "cntt", wrong)


def test_a_session_ends_idle_and_at_the_end_of_the_day(store: Store) -> None:
    with store.write() as connection:
        token = sessions.open_session(connection, NOON, "cntt", "link")
        visitor = sessions.visitor(connection, NOON + sessions.IDLE - timedelta(seconds=1), token)
        assert visitor
        assert sessions.visitor(connection, NOON + sessions.IDLE, token) is None
        end = NOON + timedelta(hours=sessions.SESSION_HOURS)
        for minutes in range(60, 12 * 60, 60):
            sessions.seen(connection, NOON + timedelta(minutes=minutes), visitor)
        assert sessions.visitor(connection, end - timedelta(seconds=1), token)
        sessions.seen(connection, end, visitor)
        assert sessions.visitor(connection, end, token) is None


def test_guessing_from_one_address_is_stopped_over_all_names(store: Store) -> None:
    with store.write() as connection:
        for number in range(people.ADDRESS_FAILURES_ALLOWED - 1):
            people.note_failure(connection, NOON, f"name{number}", "192.0.2.7")
        assert not people.guessing(connection, NOON, "cntt", "192.0.2.7")
        people.note_failure(connection, NOON, "one-more", "192.0.2.7")
        assert people.guessing(connection, NOON, "cntt", "192.0.2.7")
        assert not people.guessing(connection, NOON, "cntt", "192.0.2.8")
        assert not people.guessing(connection, NOON + people.FAILURE_WINDOW, "cntt", "192.0.2.7")


def test_a_programs_token_ends_and_opens_no_page(store: Store) -> None:
    with store.write() as connection:
        token = sessions.new_token(connection, NOON, "test", "cntt", "báo cáo", 1)
        visitor = sessions.program(connection, NOON, token)
        assert visitor
        assert visitor.user == "cntt"
        assert sessions.visitor(connection, NOON, token) is None
        assert sessions.program(connection, NOON + timedelta(days=1), token) is None
        assert [one.name for one in sessions.tokens(connection, NOON)] == ["báo cáo"]
        assert sessions.tokens(connection, NOON + timedelta(days=1)) == ()
        assert sessions.end_tokens(connection, NOON, "test", "cntt", "báo cáo") == 1
        assert sessions.tokens(connection, NOON) == ()
        assert sessions.end_tokens(connection, NOON, "test", "cntt", "báo cáo") == 0
        assert sessions.program(connection, NOON, token) is None


def test_a_token_is_listed_and_ended_at_once_by_a_command(running: Running) -> None:
    made = running.json("user", "token", "cntt", "--for", "bảng giá")["token"]
    key = {"authorization": f"Bearer {made}"}
    assert running.ask("GET", "/api/status", headers=key)[0] == 200
    assert "bảng giá" in [one["name"] for one in running.json("user", "tokens")]
    end = ("user", "end-token", "cntt", "--for", "bảng giá", "--state", str(running.state))
    assert wardwatch(*end).returncode == 0
    assert running.ask("GET", "/api/status", headers=key)[0] == 401
    again = wardwatch(*end)
    assert (again.returncode, "bảng giá" in again.stderr) == (2, True)


def test_the_second_factor_is_set_on_its_page_and_then_asked_for(running: Running) -> None:
    visitor = sign_in(running)
    kept = visitor.post("/password", new=PASSWORD, again=PASSWORD)
    assert kept[0] == 303
    page = visitor.page("/second-factor")[1]
    assert "<svg" in page
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert found
    secret = found[1]
    assert visitor.post("/second-factor", secret=secret, code="000000")[0] == 400
    now = pyotp.TOTP(secret).now()
    assert visitor.post("/second-factor", secret=secret, code=now)[0] == 303

    def enter(code: str) -> int:
        told = urlencode({"user": "cntt", "password": PASSWORD, "code": code})
        return running.ask("POST", "/sign-in", told, FORM)[0]

    assert enter("") == 401
    assert enter("123") == 401
    assert enter(pyotp.TOTP(secret).now()) == 303
    ahead = pyotp.HOTP(secret).at(int(time.time()) // 30 + 1)
    assert visitor.post("/second-factor", act="off", code=ahead)[0] == 303
    assert enter("") == 303
