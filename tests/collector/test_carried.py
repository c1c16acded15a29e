"""A file from a PC without a network: the agent writes it, the collector takes it in once."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from agent.carrying import export
from agent.settings import Settings
from agent.spool import Spool
from collector.audit import verify
from collector.carried import CarriedError, Imported, take_in
from collector.store.database import Store
from collector.store.tables import reports
from tests.collector.office import NOON, enrol, load

AT = "2026-11-23T11:00:00Z"


def settings(store: Store, **told: str) -> Settings:
    agent, shown = enrol(store, **told)
    return Settings("127.0.0.1:8443", agent, shown.rpartition(".")[2], "0" * 64)


def written(who: Settings, folder: Path, count: int = 3) -> Path:
    spool = Spool(folder / "spool.sqlite")
    for number in range(count):
        spool.append("load", load(number, 4.0 * number, 60.0 * number), at=AT)
    export(spool, who, folder / "out.ww", AT)
    spool.close()
    return folder / "out.ww"


def stored(store: Store) -> int:
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(reports)).scalar_one()


def test_a_file_is_taken_in_once_however_often_it_comes(store: Store, tmp_path: Path) -> None:
    who = settings(store)
    path = written(who, tmp_path)
    first = take_in(store, path, NOON, "cli")
    assert first == Imported(who.agent, "pc-01", new=3, repeated=0, conflicting=0)
    again = take_in(store, path, NOON + timedelta(hours=1), "cli")
    assert (again.new, again.repeated, again.conflicting) == (0, 3, 0)
    longer = take_in(store, written(who, tmp_path, 2), NOON + timedelta(hours=2), "cli")
    assert (longer.new, longer.repeated) == (2, 3)
    assert stored(store) == 5
    with store.read() as connection:
        assert verify(connection).reason is None


def test_an_empty_spool_makes_a_file_that_is_taken_in(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path, 0)
    assert take_in(store, path, NOON, "cli").new == 0


def test_a_changed_file_is_refused_whole(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path)
    text = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(text.replace(b'"seq":2', b'"seq":9')))
    with pytest.raises(CarriedError, match="changed"):
        take_in(store, path, NOON, "cli")
    assert stored(store) == 0


def test_a_file_of_one_agent_is_never_another_s(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path)
    other = settings(store, asset="pc-02")
    text = gzip.decompress(path.read_bytes())
    own = json.loads(text.splitlines()[0])["agent"]
    path.write_bytes(gzip.compress(text.replace(own.encode(), other.agent.encode())))
    with pytest.raises(CarriedError, match="did not write it"):
        take_in(store, path, NOON, "cli")


@pytest.mark.parametrize("state", ["pending", "revoked"])
def test_an_agent_that_may_not_report_may_not_by_stick_either(
    store: Store, tmp_path: Path, state: str
) -> None:
    path = written(settings(store, state=state), tmp_path)
    with pytest.raises(CarriedError, match="not approved"):
        take_in(store, path, NOON, "cli")
    assert stored(store) == 0


def test_no_cut_and_no_foreign_file_is_taken_for_one(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path)
    whole, foreign = path.read_bytes(), tmp_path / "foreign"
    cuts = [whole[:place] for place in range(0, len(whole), 41)]
    lines = (b"", b"{}", b"\n\n", b"[" * 5000, b'{"wardwatch":"carried","version":2,"agent":"a"}')
    for data in (*cuts, b"text", *map(gzip.compress, lines)):
        foreign.write_bytes(data)
        with pytest.raises(CarriedError):
            take_in(store, foreign, NOON, "cli")
    with pytest.raises(CarriedError, match="cannot be read"):
        take_in(store, tmp_path / "none", NOON, "cli")
    assert stored(store) == 0


def test_a_bomb_is_not_unpacked(store: Store, tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(200_000_000), 1))
    with pytest.raises(CarriedError, match="longer"):
        take_in(store, tmp_path / "bomb", NOON, "cli")
