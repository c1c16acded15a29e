from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from backup import ledger, proofs, receipts, statement
from backup.duties import history
from backup.ledger import Entry, ObjectState
from backup.plan import Job
from backup.proofs import Detail, Proof
from collector import asks
from collector.state import State
from collector.store import tables
from collector.store.database import Store
from tests.backup.place import NOON, inventory

OWNERS = {"van-ban": "may-chu"}
WITNESS = {"path_sha256": "a" * 64, "size_bytes": 1, "modified_ns": -5, "sha256": "b" * 64}
JOB = Job("drill", "kho", "van-ban")


def section(**changes: object) -> dict[str, object]:
    plain = {"set": "van-ban", "ok": True, "started_at": "", "duration_seconds": 1.0}
    return {**plain, "snapshot": "c" * 64, "bytes": 7, "witnesses": [WITNESS], **changes}


def received(store: Store, seq: int, content: object) -> None:
    """A stored report of the kind `backup`, whatever its section holds."""
    body = json.dumps({"seq": seq, "kind": "backup", "section": content})
    at = NOON + timedelta(days=seq)
    common = {"agent": "a1", "epoch": "0" * 32, "kind": "backup", "sha256": b""}
    with store.write() as connection:
        if connection.execute(tables.agents.select()).first() is None:
            connection.execute(
                insert(tables.agents).values(
                    id="a1",
                    asset="may-chu",
                    key_hash=b"",
                    state="approved",
                    hostname="may",
                    joined_at=NOON,
                )
            )
            connection.execute(
                insert(tables.epochs).values(
                    id=1, agent="a1", epoch="0" * 32, ordinal=1, first_received_at=NOON
                )
            )
        connection.execute(
            insert(tables.reports).values(
                stream=1, seq=seq, at=at, received_at=at, body=body, **common
            )
        )


def entry(name: str, state: ObjectState = "sound") -> Entry:
    return Entry("data", name, 10, NOON, NOON, state)


def test_each_receipt_is_taken_up_once(store: Store) -> None:
    received(store, 1, section())
    received(store, 2, section(ok=False, error="no", snapshot=None, witnesses=[WITNESS, WITNESS]))
    with store.write() as connection:
        receipts.record(connection, OWNERS, NOON)
        receipts.record(connection, OWNERS, NOON)
        assert receipts.newest_snapshot(connection, "van-ban") == "c" * 64
        assert receipts.vouching(connection, "van-ban") == {("a" * 64, 1, -5): "b" * 64}
        known = history(connection)["van-ban"]
    assert (known.ok, known.snapshot) == (False, "c" * 64)
    assert known.attempted_at == NOON + timedelta(days=2)


def test_what_is_no_receipt_proves_nothing_and_stops_nothing(store: Store) -> None:
    hostile = (section(files=2**80), section(set="../x"), ["no"], section(witnesses=[{}]), None)
    for seq, content in enumerate(hostile, 1):
        received(store, seq, content)
    received(store, 99, section())
    with store.write() as connection:
        receipts.record(connection, OWNERS, NOON)
        runs = connection.exec_driver_sql("SELECT count(*) FROM backup_runs").scalar_one()
    assert runs == 1


def test_old_witnesses_are_forgotten(store: Store) -> None:
    received(store, 1, section())
    received(store, 95, section(witnesses=[]))
    with store.write() as connection:
        receipts.record(connection, OWNERS, NOON + timedelta(days=95))
        assert receipts.vouching(connection, "van-ban") == {}


def test_an_open_ask_is_known_until_a_receipt_answers_it(store: Store) -> None:
    with store.write() as connection:
        asks.ask(connection, NOON, "may-chu", "backup", "van-ban")
        assert history(connection)["van-ban"].asked_at == NOON
    received(store, 1, section())
    with store.write() as connection:
        receipts.record(connection, OWNERS, NOON)
        assert history(connection)["van-ban"].asked_at is None


def test_the_ledger_is_kept_and_changed_in_place(store: Store) -> None:
    first = entry("a" * 64)
    with store.write() as connection:
        ledger.save(connection, "kho", [first, entry("b" * 64)])
        ledger.save(connection, "kho", [replace(first, state="damaged")])
        ledger.save(connection, "other", [first])
        known = ledger.load(connection, "kho")
    assert [each.state for each in known.values()] == ["damaged", "sound"]
    assert known["data", "a" * 64].first_seen_at == NOON


def test_the_officers_word_counts_for_what_vanished_or_appeared_alone(store: Store) -> None:
    with store.write() as connection:
        ledger.save(connection, "kho", [entry("a", "vanished"), entry("b", "damaged")])
        assert ledger.accept(connection, "kho", "data", "a")
        assert not ledger.accept(connection, "kho", "data", "a")
        assert not ledger.accept(connection, "kho", "data", "b")
        assert [each.name for each in ledger.load(connection, "kho").values()] == ["b"]


def test_the_newest_proof_of_each_kind_is_found_and_the_newest_good_one(store: Store) -> None:
    good = Proof(JOB, NOON, ok=True, files=3, bytes=2**40, detail=Detail(rto_seconds=2.5))
    bad = replace(good, at=NOON + timedelta(days=1), ok=False, error="no")
    with store.write() as connection:
        proofs.keep(connection, good)
        proofs.keep(connection, bad)
        assert proofs.newest(connection) == {JOB: bad}
        assert proofs.newest_good(connection) == {JOB: good}
        assert proofs.failed(connection, "kho") == 1


def test_the_statement_is_the_same_from_both_databases(store: Store) -> None:
    received(store, 1, section())
    now = NOON + timedelta(days=2)
    with store.write() as connection:
        receipts.record(connection, OWNERS, now)
        ledger.save(connection, "kho", [entry("a" * 64), entry("b" * 64, "damaged")])
        proofs.keep(connection, Proof(JOB, now, ok=True, files=3, detail=Detail(compared=2)))
        proofs.keep(connection, Proof(Job("sweep", "kho"), now, ok=False, files=2))
        backups = statement.backups(connection, inventory(), State(), now)
    kept, stored = backups.sets["van-ban"], backups.repositories["kho"]
    assert kept.last_success_at == NOON + timedelta(days=1)
    assert kept.last_drill is not None
    assert kept.last_drill.compared == 2
    assert (stored.bytes, stored.read_bytes, stored.errors) == (20, 10, 1)
    assert stored.last_sweep_at == now
    assert stored.oldest_unread_at == NOON


def test_a_proof_is_told_in_the_operators_words() -> None:
    assert proofs.sentence(Proof(Job("prepare", "kho"), NOON, ok=True)) == "repository kho made"
    swept = Proof(Job("sweep", "kho"), NOON, ok=True, files=6)
    assert proofs.sentence(swept) == "sweep of kho: 6 objects read, none damaged"
    drilled = Proof(JOB, NOON, ok=True, files=3, detail=Detail(compared=2))
    assert proofs.sentence(drilled) == "drill of van-ban: 3 files restored, 2 compared, all equal"
    failed = Proof(Job("check", "kho"), NOON, ok=False, error="pack 1a is damaged")
    assert proofs.sentence(failed) == "check of kho failed: pack 1a is damaged"
