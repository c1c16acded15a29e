"""Passwords that PCs hand in: sealed, the first of each agent for ever, and given back by no door."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from threading import Barrier, Thread

import msgspec
import pytest
from sqlalchemy import select

from collector.escrow import deposits, sealing
from collector.escrow.deposits import RefusedError
from collector.escrow.sealing import SealError
from collector.escrow.tables import escrowed_passwords
from collector.inventory.model import Inventory
from collector.joining import new_token
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.tables import audit
from tests.collector.office import NOON, OFFICE, enrol
from tests.collector.served import Served, served

OWN = {"path": "served/pc-01/kho-1", "password_file": "passwords/kho-1", "writer": "pc-01"}
OFFICE_OF_OWN = Inventory.model_validate(
    {
        **OFFICE.model_dump(mode="json"),
        "repositories": [
            {"id": "kho-1", **OWN},
            {**OWN, "id": "kho-2", "path": "served/may-chu/kho-2", "writer": "may-chu"},
            {"id": "chung", "path": "chung", "password_file": "passwords/chung"},
        ],
    }
)


def made() -> str:
    return secrets.token_urlsafe(32)


def take(store: Store, folder: Path, agent: str, password: str) -> str | None:
    with store.write() as connection:
        return deposits.take(connection, NOON, OFFICE_OF_OWN, agent, password, folder)


def actions(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


def test_the_first_of_an_agent_stays_and_another_is_refused_and_told_once(
    store: Store, tmp_path: Path
) -> None:
    agent, _ = enrol(store)
    first = made()
    assert take(store, tmp_path, agent, first) is None
    assert take(store, tmp_path, agent, first) is None
    for _time in range(3):
        assert "another password" in (take(store, tmp_path, agent, made()) or "")
    with store.read() as connection:
        (kept,) = deposits.kept_for(connection, "pc-01")
    assert kept.opened(tmp_path) == first
    assert actions(store) == ["backup-password-kept", "backup-password-refused"]


def test_a_machine_that_joins_anew_adds_one_and_loses_none(store: Store, tmp_path: Path) -> None:
    words = {}
    for _time in range(2):
        agent, _ = enrol(store)
        words[agent] = made()
        assert take(store, tmp_path, agent, words[agent]) is None
    with store.read() as connection:
        found = {one.agent: one.opened(tmp_path) for one in deposits.kept_for(connection, "pc-01")}
    assert found == words


def test_the_database_holds_it_sealed_and_bound_to_its_agent(store: Store, tmp_path: Path) -> None:
    agent, _ = enrol(store)
    password = made()
    take(store, tmp_path, agent, password)
    with store.read() as connection:
        row = connection.execute(select(escrowed_passwords)).one()
        told = str(connection.execute(select(audit)).all())
    assert password.encode() not in row.sealed
    assert password not in told + str(row)
    assert (tmp_path / sealing.KEY).stat().st_mode & 0o777 == 0o600
    with pytest.raises(SealError):
        sealing.opened(row.sealed, tmp_path, "another")
    with pytest.raises(SealError):
        sealing.opened(row.sealed[:-1] + bytes([row.sealed[-1] ^ 1]), tmp_path, agent)


@pytest.mark.parametrize(
    ("asset", "state"), [("pc-02", "approved"), ("may-chu", "approved"), ("pc-01", "quarantined")]
)
def test_who_has_no_repository_of_its_own_is_refused(
    store: Store, tmp_path: Path, asset: str, state: str
) -> None:
    agent, _ = enrol(store, asset, state)
    with pytest.raises(RefusedError, match="no repository of its own"):
        take(store, tmp_path, agent, made())
    assert not (tmp_path / sealing.KEY).exists()


def test_a_key_that_is_lost_is_not_hidden_by_a_new_one(store: Store, tmp_path: Path) -> None:
    first, _ = enrol(store)
    password = made()
    take(store, tmp_path, first, password)
    key = (tmp_path / sealing.KEY).read_bytes()
    (tmp_path / sealing.KEY).unlink()
    again, _ = enrol(store)
    with pytest.raises(SealError, match="put it back"):
        take(store, tmp_path, again, made())
    assert not (tmp_path / sealing.KEY).exists()
    (tmp_path / sealing.KEY).write_bytes(key)
    with store.read() as connection:
        (kept,) = deposits.kept_for(connection, "pc-01")
    assert kept.opened(tmp_path) == password


def test_processes_that_need_the_key_at_once_end_with_the_same_one(tmp_path: Path) -> None:
    gate, found = Barrier(8), list[bytes]()

    def seal() -> None:
        gate.wait()
        found.append(sealing.sealed("x", tmp_path, "a1", first=True))

    threads = [Thread(target=seal) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [sealing.opened(raw, tmp_path, "a1") for raw in found] == ["x"] * 8


def test_the_door_takes_one_from_its_own_agent_and_says_nothing_to_others(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    store = connect(url)
    METADATA.create_all(store.engine)
    (tmp_path / "office.json").write_text(OFFICE_OF_OWN.model_dump_json())
    with served(tmp_path, url) as running:
        _, shown = enrol(store)
        password = made()
        assert handed(running, password, shown) == (
            200,
            {"sha256": hashlib.sha256(password.encode()).hexdigest()},
        )
        assert handed(running, made(), shown)[0] == 409
        assert handed(running, password, "Bearer nobody.00")[0] == 401
        assert handed(running, made(), enrol(store, "pc-02")[1])[0] == 409
        assert handed(running, made(), enrol(store, None, "pending")[1])[0] == 403
        for junk in ("", "short", "A" * 44, "*" * 43):
            status, told = handed(running, junk, shown)
            assert status == 400
            assert not junk or junk not in str(told)
        assert running.ask("GET", "/v1/escrow", Authorization=shown)[0] == 405
        asked = {"version": 1, "key_sha256": "0" * 64, "hostname": "m", "system": "linux"}
        for asset, wanted in (("pc-01", True), ("pc-02", False)):
            with store.write() as connection:
                token = new_token(connection, NOON, OFFICE_OF_OWN, "t", asset)
                connection.exec_driver_sql("UPDATE tokens SET expires_at = expires_at * 2")
            body = msgspec.json.encode({**asked, "token": token})
            assert msgspec.json.decode(running.ask("POST", "/v1/join", body)[1])["escrow"] is wanted
    store.close()
    assert not [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and password.encode() in path.read_bytes()
    ]


def handed(running: Served, password: str, shown: str) -> tuple[int, object]:
    body = msgspec.json.encode({"version": 1, "password": password})
    status, text, _ = running.ask("POST", "/v1/escrow", body, Authorization=shown)
    return status, msgspec.json.decode(text)
