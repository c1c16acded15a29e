from __future__ import annotations

import hashlib
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from collector import joining
from collector.keys import held
from collector.store.database import Store
from collector.store.tables import agents, audit, tokens
from collector.wire import JoinAnswer, JoinRequest
from tests.collector.office import NOON, OFFICE


def token(store: Store, asset: str | None = None) -> str:
    with store.write() as connection:
        return joining.new_token(connection, NOON, OFFICE, "officer", asset)


def request(shown: str, key: str | None = None) -> JoinRequest:
    return JoinRequest(1, shown, key or secrets.token_hex(32), "MAY-01", "linux")


def join(store: Store, asked: JoinRequest, hours: float = 0) -> JoinAnswer:
    with store.write() as connection:
        return joining.join(connection, NOON + timedelta(hours=hours), OFFICE, asked)


def states(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return {row.id: row.state for row in connection.execute(select(agents))}


def actions(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


def test_a_token_is_128_bits_and_stored_as_a_hash_alone(store: Store) -> None:
    made = token(store)
    assert re.fullmatch(r"[a-z2-7]{26}", made)
    with store.read() as connection:
        row = connection.execute(select(tokens)).one()
        logged = connection.execute(select(audit.c.detail)).scalar_one()
    assert made not in f"{row}{logged}"


def test_a_token_for_one_machine_approves_at_once(store: Store) -> None:
    answer = join(store, request(token(store, "pc-01")))
    assert (answer.asset, answer.state) == ("pc-01", "approved")
    assert actions(store) == ["token-made", "agent-joined"]


def test_a_token_for_any_machine_leaves_the_agent_pending(store: Store) -> None:
    answer = join(store, request(token(store)))
    assert (answer.asset, answer.state) == (None, "pending")


@pytest.mark.parametrize(("hours", "let_in"), [(23.99, True), (24, False)])
def test_a_token_lasts_a_day(store: Store, hours: float, let_in: bool) -> None:
    asked = request(token(store))
    if let_in:
        assert join(store, asked, hours).state == "pending"
    else:
        with pytest.raises(joining.RefusedError, match="too old"):
            join(store, asked, hours)


def test_a_token_serves_one_key(store: Store) -> None:
    shown = token(store)
    join(store, request(shown))
    with pytest.raises(joining.RefusedError, match="another key"):
        join(store, request(shown))


def test_a_lost_answer_is_given_again_to_the_same_key(store: Store) -> None:
    asked = request(token(store, "pc-01"))
    assert join(store, asked) == join(store, asked, hours=30)
    assert len(states(store)) == 1


def test_a_revoked_agent_is_not_let_in_again_by_its_old_token(store: Store) -> None:
    asked = request(token(store, "pc-01"))
    answer = join(store, asked)
    with store.write() as connection:
        joining.revoke(connection, NOON, "officer", answer.agent)
    with pytest.raises(joining.RefusedError):
        join(store, asked)


def test_of_two_that_come_with_one_token_at_once_one_is_let_in(store: Store) -> None:
    shown = token(store)

    def attempt(_: int) -> str:
        try:
            return join(store, request(shown)).state
        except joining.RefusedError:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == ["pending", "refused", "refused", "refused"]


def test_joining_a_machine_anew_revokes_its_older_agent(store: Store) -> None:
    old = join(store, request(token(store, "pc-01")))
    other = join(store, request(token(store, "pc-02")))
    new = join(store, request(token(store, "pc-01")))
    assert states(store) == {
        old.agent: "revoked",
        other.agent: "approved",
        new.agent: "approved",
    }
    assert "agent-revoked" in actions(store)


def test_a_pending_agent_is_matched_to_a_declared_machine_only(store: Store) -> None:
    waiting = join(store, request(token(store))).agent
    with store.write() as connection, pytest.raises(joining.JoiningError, match="not declared"):
        joining.approve(connection, NOON, OFFICE, "officer", waiting, "pc-99")
    with store.write() as connection:
        joining.approve(connection, NOON, OFFICE, "officer", waiting, "pc-01")
    with store.write() as connection, pytest.raises(joining.JoiningError, match="not pending"):
        joining.approve(connection, NOON, OFFICE, "officer", waiting, "pc-02")
    assert states(store) == {waiting: "approved"}


def test_a_token_for_a_machine_that_is_not_declared_is_not_made(store: Store) -> None:
    with store.write() as connection, pytest.raises(joining.JoiningError, match="not declared"):
        joining.new_token(connection, NOON, OFFICE, "officer", "pc-99")


def test_an_unknown_agent_cannot_be_revoked(store: Store) -> None:
    with store.write() as connection, pytest.raises(joining.JoiningError, match="no agent"):
        joining.revoke(connection, NOON, "officer", "a0")


def test_an_agent_is_known_by_its_key_alone(store: Store) -> None:
    key = secrets.token_bytes(32)
    asked = request(token(store, "pc-01"), hashlib.sha256(key).hexdigest())
    agent = join(store, asked).agent
    with store.read() as connection:
        assert held(connection, (agent, "a1")) == {
            agent: (hashlib.sha256(key).digest(), "approved")
        }


def test_the_join_string_carries_address_pin_and_token() -> None:
    assert joining.join_string("10.0.0.2:8443", "ab", "cd") == "wardwatch:10.0.0.2:8443/ab/cd"
