from __future__ import annotations

import asyncio
import secrets

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import DBAPIError

from collector import keys
from collector.keys import Keys
from collector.store.database import Store
from collector.store.tables import agents
from tests.collector.office import enrol


def shown(store: Store, state: str = "approved") -> tuple[str, bytes]:
    agent, bearer = enrol(store, asset=None, state=state)
    return agent, bytes.fromhex(bearer.rpartition(".")[2])


@pytest.mark.parametrize("state", ["approved", "quarantined", "pending", "revoked"])
def test_an_agent_is_told_by_its_key_alone(store: Store, state: str) -> None:
    agent, key = shown(store, state)

    async def story() -> list[str | None]:
        door = Keys(store)
        asked = [(agent, key), (agent, secrets.token_bytes(32)), ("a1", key), (agent, b"")]
        return [await door.state(*one) for one in (*asked, *asked)]

    assert asyncio.run(story()) == [state, None, None, None] * 2


def test_many_strangers_at_once_cost_two_questions_and_a_known_agent_none(store: Store) -> None:
    fleet = [shown(store) for _ in range(50)]
    questions: list[str] = []

    async def story() -> tuple[int, int]:
        door = Keys(store)
        event.listen(store.engine, "before_cursor_execute", lambda *told: questions.append(told[2]))
        found = await asyncio.gather(*(door.state(*one) for one in fleet))
        assert set(found) == {"approved"}
        first = sum("key_hash" in one for one in questions)
        await asyncio.gather(*(door.state(*one) for one in fleet))
        return first, sum("key_hash" in one for one in questions) - first

    first, second = asyncio.run(story())
    assert first <= 2
    assert second == 0


def test_whoever_is_forgotten_is_asked_for_anew(store: Store) -> None:
    agent, key = shown(store)

    async def story() -> list[str | None]:
        door = Keys(store)
        found = [await door.state(agent, key)]
        with store.write() as connection:
            connection.execute(update(agents).values(state="revoked"))
        door.forget(agent)
        return [*found, await door.state(agent, key)]

    assert asyncio.run(story()) == ["approved", "revoked"]


def test_only_so_many_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "REMEMBERED", 3)
    fleet = [shown(store) for _ in range(5)]

    async def story() -> int:
        door = Keys(store)
        for one in fleet:
            assert await door.state(*one) == "approved"
        return len(door._known)

    assert asyncio.run(story()) == 3


def test_a_database_that_does_not_answer_is_an_error_for_each_and_for_now(store: Store) -> None:
    agent, key = shown(store)

    async def story() -> str | None:
        door = Keys(store)
        with store.write() as connection:
            connection.exec_driver_sql("ALTER TABLE agents RENAME TO elsewhere")
        found = await asyncio.gather(
            door.state(agent, key), door.state("a1", key), return_exceptions=True
        )
        assert [isinstance(one, DBAPIError) for one in found] == [True, True]
        with store.write() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO agents")
        return await door.state(agent, key)

    assert asyncio.run(story()) == "approved"


def test_one_who_hangs_up_does_not_take_the_answer_from_another(store: Store) -> None:
    agent, key = shown(store)

    async def story() -> str | None:
        door = Keys(store)
        first = asyncio.create_task(door.state(agent, key))
        second = asyncio.create_task(door.state(agent, key))
        await asyncio.sleep(0)  # both have asked
        first.cancel()
        return await second

    assert asyncio.run(story()) == "approved"
