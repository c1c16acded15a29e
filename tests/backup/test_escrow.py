"""A PC's own password from joining to the restore after the PC is gone, with real restic and TLS."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agent import escrow
from backup import own, passwords, plan, recovery
from backup.duties import Duties, look
from backup.own import OwnBackup, OwnError
from backup.passwords import Waiting
from backup.pin import PinError
from backup.plan import Job, Proved
from backup.restoring import Wish, restore
from backup.samples import documents
from collector.authority import Authority
from collector.escrow import deposits, sealing
from collector.escrow.tables import escrowed_passwords
from collector.inventory.model import Inventory
from collector.store import tables
from tests.backup.escrowed import (
    ID,
    Joined,
    Onlooker,
    backup_server,
    carried,
    holding,
    joined,
    kept,
    opened,
    rekeyed,
    repository,
    settle,
    told,
)
from tests.backup.place import NOON, Place
from tests.backup.test_duties import asked, until
from tests.backup.test_stores import elsewhere


def test_from_joining_to_the_restore_of_a_pc_that_is_gone(
    owned: Place, joined_once: Joined, tmp_path: Path
) -> None:
    office, pc = owned, owned.agent_folder
    password = kept(pc)
    with backup_server(office) as port, Onlooker() as onlooker:
        pins = carried(office, port, pc)
        receipt = office.back_up()
        assert receipt.ok, receipt.error
        for kind in ("drill", "check", "sweep"):
            proof = office.prove(kind)
            assert proof.ok, proof.error
    assert pins["password_file"] == escrow.FILE
    assert password not in joined_once.said + json.dumps(receipt.section())
    for seen in (joined_once.seen, onlooker.seen):
        assert b"restic" in b"\n".join(seen)
        assert password.encode() not in b"\n".join(seen)
    # On the whole machine, the PC's own file is the one place where it stands in plain.
    assert holding(office.state_folder, password) == [f"agent/{escrow.FILE}"]

    shutil.rmtree(pc)
    shutil.rmtree(office.source)  # the PC burns
    into = tmp_path / "restored"
    done = restore(office.verifier, office.inventory, Wish("van-ban", into), "cli:x")
    assert done.missing == ()
    for name, content in documents():
        (back,) = into.rglob(f"van-ban/{name}")
        assert back.read_bytes() == content


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_pc_that_is_set_up_anew_brings_another_password_and_replaces_none(
    owned: Place,
) -> None:
    office, first = owned, kept(owned.agent_folder)
    shutil.rmtree(office.agent_folder)
    with opened(office) as running:
        joined(office, running, office.agent_folder)
    assert kept(office.agent_folder) != first
    assert settle(office) == ()
    assert told(office) == first
    with backup_server(office) as port:
        # Its own one opens nothing: the officer carries the one that does, as before.
        pins = carried(office, port, office.agent_folder)
        assert pins["password_file"] == f"backup/{ID}.password"
        assert (office.agent_folder / pins["password_file"]).read_text().strip() == first
        receipt = office.back_up()
    assert receipt.ok, receipt.error
    assert office.prove("drill").ok


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_pc_that_joins_anew_in_its_own_folder_goes_on_with_its_own_password(
    owned: Place,
) -> None:
    office, first = owned, kept(owned.agent_folder)
    with opened(office) as running:
        joined(office, running, office.agent_folder)
    assert kept(office.agent_folder) == first
    assert carried(office, 1, office.agent_folder)["password_file"] == escrow.FILE


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_collector_of_before_the_handing_in_asks_again_and_takes_only_what_opens(
    owned: Place, tmp_path: Path
) -> None:
    office, first = owned, kept(owned.agent_folder)
    with office.store.write() as connection:  # its database is that of the day before
        connection.exec_driver_sql("DELETE FROM repository_passwords")
        connection.exec_driver_sql("DELETE FROM escrowed_passwords")
    with pytest.raises(Waiting):
        office.verifier.restic(office.inventory.repositories[0])
    with opened(office) as running:
        joined(office, running, tmp_path / "another-pc")
        assert settle(office) == (ID,)
        joined(office, running, office.agent_folder)
        assert settle(office) == ()
    assert told(office) == first
    assert not (office.state_folder / "passwords" / ID).exists()


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_password_that_opens_nothing_is_tried_once_until_something_changes(
    owned: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, first = owned, kept(owned.agent_folder)
    tried: list[object] = []
    derive = hashlib.scrypt

    def counted(word: bytes, **how: Any) -> bytes:
        tried.append(word)
        return derive(word, **how)

    with office.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM repository_passwords")
        connection.exec_driver_sql("DELETE FROM escrowed_passwords")
        speaker = deposits.speaker(connection, "may-chu") or "-"
        inventory, folder = office.inventory, office.state_folder
        deposits.take(connection, NOON, inventory, speaker, "A" * 43, folder)
    monkeypatch.setattr(hashlib, "scrypt", counted)
    for _round in range(3):  # every two seconds, with the database held
        assert settle(office) == (ID,)
    assert tried == [b"A" * 43]
    rekeyed(repository(office), first, "A" * 43)
    assert settle(office) == ()
    assert told(office) == "A" * 43


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_no_repository_is_made_before_its_pc_has_handed_in_and_at_once_afterwards(
    office: Place,
) -> None:
    duties = Duties(office.store, office.state_folder, lambda: office.now)
    duties.tick(office.inventory, office.state)
    until(lambda: not duties.proving)
    assert asked(office) == []  # no agent speaks for the PC yet
    with office.store.read() as connection:
        errors = list(connection.exec_driver_sql("SELECT error FROM proofs").scalars())
    assert errors == [
        f"the repository {ID} waits for the password that may-chu makes: join its agent"
    ]
    assert not repository(office).exists()
    with office.store.write() as connection:
        connection.exec_driver_sql("UPDATE agents SET state = 'approved'")  # of an older version
    for elapsed, expected in ((0, 1), (30, 1), (31, 2)):
        office.later(minutes=elapsed)
        duties.tick(office.inventory, office.state)
        with office.store.write() as connection:
            rows = connection.execute(select(tables.asks.c.job, tables.asks.c.argument)).all()
            connection.execute(tables.asks.update().values(done_at=office.now, handed_at=NOON))
        assert rows == [("escrow", None)] * expected
    with office.store.write() as connection:
        inventory = office.inventory
        deposits.take(connection, office.now, inventory, "a1", "A" * 43, office.state_folder)
    duties.tick(office.inventory, office.state)
    until(repository(office).exists)
    duties.stop()


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_what_waits_is_said_once_a_day_and_made_as_soon_as_it_can_be(office: Place) -> None:
    job = Job("prepare", ID)
    with office.store.read() as connection:
        known = look(connection, office.inventory, office.state, office.state_folder, office.now)
    failed = replace(known, proved={job: Proved(NOON, ok=False)}, waiting=frozenset({ID}))

    def due(known: plan.Known, **later: float) -> bool:
        return job in plan.due_proofs(office.inventory, known, NOON + timedelta(**later))

    assert not due(failed, hours=22)
    assert due(failed, hours=23)
    came = replace(failed, waiting=frozenset(), handed_in_at={ID: NOON + timedelta(minutes=1)})
    assert due(came, minutes=1)
    assert not due(replace(came, handed_in_at={}), minutes=1)
    assert not due(
        replace(came, proved={job: Proved(NOON + timedelta(minutes=2), ok=False)}), minutes=3
    )


@pytest.mark.parametrize("restic_version", ["0.14"], indirect=True)
def test_a_pc_whose_agent_hands_in_nothing_is_served_as_before(office: Place) -> None:
    Authority.open(office.state_folder / "ca", ("127.0.0.1",), NOON)
    pins = carried(office, 1, office.agent_folder)
    assert pins["password_file"] == f"backup/{ID}.password"
    made_here = (office.state_folder / "passwords" / ID).read_text()
    assert (office.agent_folder / pins["password_file"]).read_text() == made_here
    assert settle(office) == ()
    with opened(office) as running:  # updated later: what it has goes on to open the repository
        joined(office, running, office.agent_folder)
    assert settle(office) == ()
    assert told(office) == made_here.strip()
    assert carried(office, 1, office.agent_folder)["password_file"] == f"backup/{ID}.password"


def test_second_copies_open_by_what_their_first_one_opens_by(owned: Place) -> None:
    office = owned
    values = office.inventory.model_dump(mode="python")
    exact = {"id": "giong-het", "copy_of": ID, "exact": True, "path": "copies/giong-het"}
    other = {"id": "ban-sao", "copy_of": ID, "path": "copies/ban-sao"}
    exact["password_file"], other["password_file"] = f"passwords/{ID}", "passwords/ban-sao"
    values["repositories"] = [*values["repositories"], exact, other]
    office.inventory = Inventory.model_validate(values)
    first, same, copied = office.inventory.repositories
    # One that was made long ago, with a password of the collector's own.
    shutil.copytree(repository(office), office.state_folder / "copies" / "ban-sao")
    (office.state_folder / "passwords").mkdir()
    (office.state_folder / "passwords" / "ban-sao").write_text("mat-khau\n")
    rekeyed(office.state_folder / "copies" / "ban-sao", told(office), "mat-khau")
    office.verifier.restic(first).backup("van-ban", [str(office.source)])
    assert office.verifier.prove(office.inventory, Job("prepare", same.id)).ok
    for one in (same, copied):
        proof = office.verifier.prove(office.inventory, Job("copy", one.id))
        assert proof.ok, proof.error
        assert len(office.verifier.restic(one).snapshots()) == 1
    papers = recovery.ways(office.store, office.inventory, office.state_folder, secrets=False)
    assert [any(own.TAG in line for line in way.commands) for way in papers] == [False, False, True]
    assert own.fit(office.inventory) == (copied,)


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_papers_tell_it_by_leave_alone_and_else_where_its_key_lies(
    owned: Place,
) -> None:
    office = owned
    folder, password = office.state_folder, kept(office.agent_folder)
    (way,) = recovery.ways(office.store, office.inventory, folder, secrets=True)
    assert way.password == password
    assert password not in repr(way)
    (way,) = recovery.ways(office.store, office.inventory, folder, secrets=False)
    assert (way.password, way.kept_in) == (None, (("escrow", folder / sealing.KEY),))
    assert not any(own.TAG in line for line in way.commands)


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_the_collectors_own_state_brings_the_key_back_and_lies_in_no_pcs_repository(
    owned: Place, tmp_path: Path
) -> None:
    office = owned
    with pytest.raises(OwnError, match="kept nowhere"):
        OwnBackup(office.store, office.state_folder, lambda: NOON).tick(office.inventory)
    (theirs,) = office.inventory.repositories
    with pytest.raises(OwnError, match="a PC can read it"):
        own.back_up(office.store, office.inventory, office.state_folder, theirs, NOON)
    copy = tmp_path / "copy"
    copied = own.gather(office.store, office.inventory, office.state_folder, copy, NOON)
    assert sealing.KEY in copied.files
    assert holding(copy, kept(office.agent_folder)) == []
    with office.store.read() as connection:
        row = connection.execute(select(escrowed_passwords)).one()
    assert sealing.opened(row.sealed, copy, row.agent) == kept(office.agent_folder)
    # Without the key: by the recovery sheet's word, which the officer writes into the file.
    (office.state_folder / sealing.KEY).unlink()
    with pytest.raises(PinError, match="recovery sheet"):
        office.verifier.restic(office.inventory.repositories[0])
    (office.state_folder / "passwords").mkdir()
    (office.state_folder / "passwords" / ID).write_text(kept(office.agent_folder) + "\n")
    assert office.prove("check").ok


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_pc_on_the_collector_itself_goes_on_by_the_collectors_file(bare: Place) -> None:
    elsewhere(bare, path=f"served/may-chu/{ID}", writer="may-chu")
    values = bare.inventory.model_dump(mode="python")
    values["machines"] = [{**values["machines"][0], "collector": True}]
    bare.inventory = Inventory.model_validate(values)
    assert settle(bare) == ()
    assert passwords.find(bare.store, bare.inventory.repositories[0], bare.state_folder).file
