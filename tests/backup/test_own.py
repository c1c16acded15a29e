"""The collector's own backup: made while it runs, read back, and a collector made of it again."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, text, update

from backup import bringing_back, own, tables_copy
from backup.own import OwnError
from backup.restic import Restic
from collector import audit
from collector.devices import configuration
from collector.devices.configuration import Fetched
from collector.devices.tables import device_configurations
from collector.numbers import numbers
from collector.store.database import Store, connect
from collector.store.migrate import migrate
from collector.store.tables import agents, leases, reports
from tests.backup.place import NOON, inventory
from tests.collector.office import body, enrol, report
from tests.collector.served import Served, served

DECLARED = inventory().repositories[0]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder as it lies on a collector, its repository on another disk."""
    folder = tmp_path / "state"
    (folder / "ca").mkdir(parents=True)
    (folder / "passwords").mkdir()
    (folder / "passwords" / "kho").write_text("mat-khau-cua-kho\n")
    (folder / "inventory.yaml").write_text("site: phuong\n")
    settings = {"version": 1, "inventory": "x", "database": "x", "listen": "0.0.0.0:8443"}
    (folder / "settings.json").write_text(json.dumps({**settings, "site": "phuong"}))
    (tmp_path / "disk").mkdir()
    (folder / "kho").symlink_to(tmp_path / "disk")
    Restic(str(folder / "kho"), folder / "passwords" / "kho").init()
    return folder


@pytest.fixture
def store(state: Path) -> Iterator[Store]:
    opened = connect(f"sqlite:///{state}/wardwatch.sqlite")
    migrate(opened)
    yield opened
    opened.close()


def sent(collector: Served, authorization: str, *seqs: int) -> int:
    status, _, _ = collector.ask(
        "POST", "/v1/reports", body(*(report(seq) for seq in seqs)), Authorization=authorization
    )
    return status


def test_a_collector_comes_back_from_its_backup_and_its_agents_go_on(
    state: Path, store: Store, tmp_path: Path
) -> None:
    with served(state, f"sqlite:///{state}/wardwatch.sqlite") as first:
        agent, authorization = enrol(store)
        assert sent(first, authorization, 1, 2, 3, 4, 5) == 200
        kept = own.back_up(store, inventory(), state, DECLARED, NOON)  # while it takes reports in
        assert sent(first, authorization, 6, 7, 8) == 200
        port, authority = first.port, (state / "ca" / "ca.pem").read_bytes()
    key = tmp_path / "from-the-recovery-sheet"
    shutil.copyfile(state / "passwords" / "kho", key)
    store.close()
    shutil.rmtree(state)  # the machine burns; the disk with the repository stood elsewhere

    fresh = tmp_path / "fresh"
    fresh.mkdir()
    copy = bringing_back.fetch(str(tmp_path / "disk"), key, None, fresh / "fetched")
    told, going_on = bringing_back.bring_back(copy, fresh, None, NOON)
    shutil.rmtree(fresh / "fetched")
    assert (told.site, going_on) == ("phuong", 1)
    assert kept.files == len(told.files)
    assert (fresh / "ca" / "ca.pem").read_bytes() == authority
    assert (fresh / "passwords" / "kho").read_text() == "mat-khau-cua-kho\n"

    url = f"sqlite:///{fresh}/wardwatch.sqlite"
    with served(fresh, url, port) as again:
        # It had an acknowledgement for 8, and sends one batch again whose answer it never saw.
        assert sent(again, authorization, 9, 10) == 200
        assert sent(again, authorization, 5, 9, 10) == 200
    back = connect(url)
    with back.read() as connection:
        found = numbers(connection, agent)[agent]
        seqs = connection.execute(select(reports.c.seq).order_by(reports.c.seq)).scalars().all()
        actions = connection.execute(select(text("action")).select_from(text("audit"))).scalars()
        assert {"state-restored"} <= set(actions)
        assert audit.verify(connection).reason is None
    back.close()
    assert list(seqs) == [1, 2, 3, 4, 5, 9, 10]
    assert (found.accepted, found.stored, found.missing) == (10, 7, 3)
    assert found.missing_restored == 3


def test_configurations_of_devices_come_back_with_their_differences_and_can_be_read(
    state: Path, store: Store, tmp_path: Path
) -> None:
    before, after = "hostname tang-1\npassword 7 aaaa\n", "hostname tang-2\npassword 7 aaaa\n"
    for text_ in (before, after):
        fetched = Fetched("bo-chuyen-mach", NOON, text=text_)
        configuration.record(store, state, "cisco", fetched)
    own.back_up(store, inventory(), state, DECLARED, NOON)
    key = tmp_path / "key"
    shutil.copyfile(state / "passwords" / "kho", key)
    store.close()
    shutil.rmtree(state)

    fresh = tmp_path / "fresh"
    fresh.mkdir()
    copy = bringing_back.fetch(str(tmp_path / "disk"), key, None, fresh / "fetched")
    bringing_back.bring_back(copy, fresh, None, NOON)
    back = connect(f"sqlite:///{fresh}/wardwatch.sqlite")
    with back.read() as connection:
        kept = connection.execute(select(device_configurations.c.sealed)).scalars().all()
        shown = configuration.newest_difference(connection, "bo-chuyen-mach")
    back.close()
    assert [configuration.unsealed(bytes(one), fresh, "bo-chuyen-mach") for one in kept] == [
        before,
        after,
    ]
    assert "-hostname tang-1" in shown
    assert "+hostname tang-2" in shown
    assert "aaaa" not in shown


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_copy_goes_from_either_database_into_the_other(
    state: Path, tmp_path: Path, postgres_url: str, into: str
) -> None:
    there = f"sqlite:///{state}/wardwatch.sqlite" if into == "postgresql" else postgres_url
    source = connect(there)
    migrate(source)
    agent, _ = enrol(source)
    with source.write() as connection:
        audit.append(connection, NOON, "cli:can-bo", "token-made", {"asset": "pc-01"})
        connection.execute(
            leases.insert().values(
                name="duties", holder="x", address="x", taken_at=NOON, expires_at=NOON
            )
        )
        connection.execute(
            text(
                "INSERT INTO incidents (id, kind, year, number, rule, subject, state, t0,"
                " opened_at, level, tag, drill, flags, signal, linked, version) VALUES"
                " ('VH-2026-0001', 'operational', 2026, 1, 'r', 's', 'new', 0, 0, 'M4', 't',"
                " false, '[]', '{}', NULL, 1), ('SC-2026-0001', 'security', 2026, 1, 'r', 's',"
                " 'new', 0, 0, 'M4', 't', true, '[]', '{}', 'VH-2026-0001', 1)"
            )
        )
    copy = tmp_path / "copy"
    own.gather(source, inventory(), state, copy, NOON)
    source.close()
    database = postgres_url if into == "postgresql" else None
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    bringing_back.bring_back(copy, fresh, database, NOON)
    back = connect(database or f"sqlite:///{fresh}/wardwatch.sqlite")
    with back.write() as connection:
        assert connection.execute(select(agents.c.id)).scalars().all() == [agent]
        rows = connection.execute(text("SELECT id, linked, drill FROM incidents ORDER BY id")).all()
        assert [(row.id, row.linked, bool(row.drill)) for row in rows] == [
            ("SC-2026-0001", "VH-2026-0001", True),
            ("VH-2026-0001", None, False),
        ]
        assert connection.execute(select(leases)).all() == []
        assert audit.append(connection, NOON, "cli:can-bo", "token-made", {"asset": None}) == 3
    back.close()


def test_a_copy_in_which_one_byte_changed_is_refused_and_leaves_nothing(
    state: Path, store: Store, tmp_path: Path
) -> None:
    copy, fresh = tmp_path / "copy", tmp_path / "fresh"
    fresh.mkdir()
    own.gather(store, inventory(), state, copy, NOON)
    file = copy / "inventory.yaml"
    file.write_text(file.read_text().replace("phuong", "phuonG"))
    with pytest.raises(OwnError, match=r"inventory\.yaml is not as it was stored"):
        bringing_back.bring_back(copy, fresh, None, NOON)
    assert list(fresh.iterdir()) == []


def test_a_copy_whose_audit_log_was_rewritten_is_refused(
    state: Path, store: Store, tmp_path: Path
) -> None:
    copy, fresh = tmp_path / "copy", tmp_path / "fresh"
    fresh.mkdir()
    with store.write() as connection:
        audit.append(connection, NOON, "cli:can-bo", "token-made", {"asset": "pc-01"})
    made = own.gather(store, inventory(), state, copy, NOON)
    forged = msgspec.structs.replace(made, audit_head="00" * 32)
    (copy / "manifest.json").write_bytes(msgspec.json.encode(forged))
    with pytest.raises(OwnError, match="its end is another"):
        bringing_back.bring_back(copy, fresh, None, NOON)
    assert list(fresh.iterdir()) == []


def test_an_audit_log_that_does_not_hold_is_not_stored_as_if_it_did(
    state: Path, store: Store, tmp_path: Path
) -> None:
    with store.write() as connection:
        audit.append(connection, NOON, "cli:can-bo", "token-made", {"asset": "pc-01"})
        connection.execute(text("UPDATE audit SET actor = 'nobody'"))
    with pytest.raises(OwnError, match="row 1 was changed"):
        own.gather(store, inventory(), state, tmp_path / "copy", NOON)


def test_a_folder_that_is_not_empty_is_left_alone(
    state: Path, store: Store, tmp_path: Path
) -> None:
    own.gather(store, inventory(), state, tmp_path / "copy", NOON)
    before = sorted(state.rglob("*"))
    with pytest.raises(OwnError, match="is not empty"):
        bringing_back.bring_back(tmp_path / "copy", state, None, NOON)
    assert sorted(state.rglob("*")) == before


def test_a_copy_of_another_version_is_refused_by_name(
    state: Path, store: Store, tmp_path: Path
) -> None:
    own.gather(store, inventory(), state, tmp_path / "copy", NOON)
    place = tmp_path / "copy" / own.MANIFEST
    told = json.loads(place.read_bytes())
    place.write_text(json.dumps({**told, "version": own.VERSION + 1}))
    with pytest.raises(OwnError, match="version 2, and this wardwatch reads 1"):
        own.check(tmp_path / "copy")


def test_a_folder_without_a_copy_says_so(tmp_path: Path) -> None:
    with pytest.raises(OwnError, match="holds 0 copies"):
        own.found(tmp_path)


def test_a_damaged_database_is_no_copy(tmp_path: Path) -> None:
    file = tmp_path / "wardwatch.sqlite"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(tables_copy.CopyError, match="is no database of wardwatch"):
        tables_copy.check(file)


def test_the_copy_is_of_one_moment_while_others_write(store: Store, tmp_path: Path) -> None:
    agent, _ = enrol(store)
    stop, failed = threading.Event(), []

    def write() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            try:
                with store.write() as connection:
                    connection.execute(update(agents).values(hostname=f"{count}", asset=f"{count}"))
            except Exception as error:  # noqa: BLE001 - told by the test itself
                failed.append(error)
                return

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(20):
            file = tmp_path / f"{number}.sqlite"
            tables_copy.copy_out(store, file)
            copy = connect(f"sqlite:///{file}")
            with copy.read() as connection:
                row = connection.execute(select(agents).where(agents.c.id == agent)).one()
            copy.close()
            assert row.asset in (row.hostname, "pc-01")
    finally:
        stop.set()
        writing.join()
    assert failed == []
