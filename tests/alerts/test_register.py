"""Findings written down, and the incidents that they open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from alerts import handling, queries, register
from alerts.finding import Evidence, Finding, Seen
from alerts.incidents import Incident
from alerts.register import Recorded
from alerts.tables import finding_changes, incidents
from collector import audit
from collector.store.database import Store
from tests.alerts.builders import NOON, inventory

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def firewall(verdict: Any, received_at: datetime = NOON, subject: str = "pc-1") -> Finding:
    evidence = (Evidence(subject, "security", (Seen("no-report"),), 7, received_at),)
    return Finding("firewall", subject, verdict, verdict, {}, evidence, signal_at=received_at)


def silence(because: str, verdict: Any = "fail") -> Finding:
    kind: Any = "security" if because == "killed" else "operational"
    return Finding("agent-silent", "pc-1", verdict, because, kind=kind)


def record(store: Store, now: datetime, *findings: Finding) -> Recorded:
    with store.write() as connection:
        return register.record(connection, findings, now, inventory())


def incidents_of(store: Store) -> dict[str, Incident]:
    with store.read() as connection:
        return {one.id: one for one in queries.all_incidents(connection)}


def end(store: Store, id: str, now: datetime, action: Any) -> None:
    with store.write() as connection:
        handling.act(connection, now, "cntt", id, action, "lý do")


def close(store: Store, id: str, now: datetime) -> None:
    """Through all states: a passing reading received after the fix comes in between."""
    with store.write() as connection:
        handling.act(connection, now, "cntt", id, "take")
        handling.act(connection, now, "cntt", id, "fix", "đã bật")
    record(store, now + MINUTE, firewall("pass", now + MINUTE))
    with store.write() as connection:
        handling.act(connection, now + 2 * MINUTE, "cntt", id, "close")


def test_only_changes_are_written(store: Store) -> None:
    assert record(store, NOON, firewall("pass")).changes == 1
    assert record(store, NOON + MINUTE, firewall("pass", NOON + MINUTE)).changes == 0
    assert record(store, NOON + 2 * MINUTE, firewall("fail")).changes == 1
    with store.read() as connection:
        assert connection.execute(select(func.count(finding_changes.c.id))).scalar() == 2
        spell = queries.spells(connection)["firewall", "pc-1"]
        assert (spell.verdict, spell.since_at) == ("fail", NOON + 2 * MINUTE)


def test_one_failing_spell_is_one_incident_however_often_it_is_judged(store: Store) -> None:
    for minute in range(5):
        record(store, NOON + minute * MINUTE, firewall("fail"))
    assert list(incidents_of(store)) == ["VH-2026-0001"]


def test_t0_is_when_the_signal_was_received_to_the_minute_and_never_later(store: Store) -> None:
    record(store, NOON + HOUR, firewall("fail", NOON + timedelta(seconds=59)))
    assert incidents_of(store)["VH-2026-0001"].t0 == NOON
    record(store, NOON + 2 * HOUR, firewall("unknown", NOON + HOUR))
    record(store, NOON + 3 * HOUR, firewall("fail", NOON + 3 * HOUR))
    assert incidents_of(store)["VH-2026-0001"].t0 == NOON


def test_a_silence_has_its_t0_when_it_was_noticed(store: Store) -> None:
    record(store, NOON + timedelta(seconds=61), silence("killed"))
    assert incidents_of(store)["SC-2026-0001"].t0 == NOON + MINUTE


def test_a_signal_from_the_future_does_not_start_a_clock_late(store: Store) -> None:
    record(store, NOON, firewall("fail", NOON + 5 * HOUR))
    assert incidents_of(store)["VH-2026-0001"].t0 == NOON


def test_a_rule_that_opens_none_and_an_unknown_verdict_open_no_incident(store: Store) -> None:
    record(store, NOON, Finding("updates", "pc-1", "fail", "fail"), firewall("unknown"))
    assert incidents_of(store) == {}


def test_a_resolved_alert_never_closes_its_incident(store: Store) -> None:
    record(store, NOON, firewall("fail"))
    record(store, NOON + HOUR, firewall("pass", NOON + HOUR))
    assert incidents_of(store)["VH-2026-0001"].state == "new"


def test_the_same_alert_while_the_incident_is_open_is_attached_to_it(store: Store) -> None:
    record(store, NOON, firewall("fail"))
    record(store, NOON + HOUR, firewall("pass", NOON + HOUR))
    record(store, NOON + 30 * HOUR, firewall("fail", NOON + 30 * HOUR))
    assert list(incidents_of(store)) == ["VH-2026-0001"]
    with store.read() as connection:
        file = queries.file(connection, "VH-2026-0001", NOON)
    assert file is not None
    assert [event.action for event in file.history] == ["opened", "signal"]


def test_the_same_alert_within_a_day_of_the_end_reopens_and_later_it_is_a_linked_one(
    store: Store,
) -> None:
    record(store, NOON, firewall("fail"))
    close(store, "VH-2026-0001", NOON + HOUR)
    ended = NOON + HOUR + 2 * MINUTE
    day = timedelta(hours=24)
    record(store, ended + day, firewall("fail", ended + day))
    assert incidents_of(store)["VH-2026-0001"].state == "new"
    record(store, ended + day + MINUTE, firewall("pass", ended + day + MINUTE))
    close(store, "VH-2026-0001", ended + 2 * day)
    later = ended + 2 * day + 2 * MINUTE + day + MINUTE
    record(store, later, firewall("fail", later))
    known = incidents_of(store)
    assert known["VH-2026-0002"].linked == "VH-2026-0001"
    assert known["VH-2026-0001"].state == "closed"


def test_a_false_alarm_is_not_opened_again_while_the_same_spell_lasts(store: Store) -> None:
    record(store, NOON, firewall("fail"))
    end(store, "VH-2026-0001", NOON + MINUTE, "false-alarm")
    record(store, NOON + 2 * MINUTE, firewall("fail"))
    assert incidents_of(store)["VH-2026-0001"].state == "false_alarm"
    assert len(incidents_of(store)) == 1


def test_a_void_incident_is_never_reopened(store: Store) -> None:
    record(store, NOON, firewall("fail"))
    end(store, "VH-2026-0001", NOON + MINUTE, "void")
    record(store, NOON + HOUR, firewall("pass", NOON + HOUR))
    record(store, NOON + 2 * HOUR, firewall("fail", NOON + 2 * HOUR))
    known = incidents_of(store)
    assert known["VH-2026-0001"].state == "void"
    assert known["VH-2026-0002"].state == "new"


def test_a_silence_that_turns_out_to_be_a_killed_agent_becomes_a_security_incident(
    store: Store,
) -> None:
    record(store, NOON, silence("silent"))
    record(store, NOON + MINUTE, silence("killed"))
    record(store, NOON + 2 * MINUTE, silence("killed"))
    record(store, NOON + 3 * MINUTE, silence("silent"))
    record(store, NOON + 4 * MINUTE, silence("killed"))
    known = incidents_of(store)
    assert set(known) == {"VH-2026-0001", "SC-2026-0001"}
    assert known["SC-2026-0001"].linked == "VH-2026-0001"
    assert (known["SC-2026-0001"].level, known["SC-2026-0001"].group) == ("M3", "N2")


def test_ids_are_numbered_without_gaps_by_kind_and_the_sites_year(store: Store) -> None:
    new_year = datetime.fromisoformat("2026-12-31T17:00:00Z")  # midnight in Viet Nam
    record(store, NOON, firewall("fail"), firewall("fail", subject="pc-2"), silence("killed"))
    record(store, NOON + MINUTE, firewall("pass"), firewall("pass", subject="pc-2"))
    record(store, new_year, firewall("fail", new_year, "pc-3"))
    assert set(incidents_of(store)) == {
        "VH-2026-0001",
        "VH-2026-0002",
        "SC-2026-0001",
        "VH-2027-0001",
    }


def test_a_transaction_that_fails_leaves_no_gap_in_the_numbers(store: Store) -> None:
    with store.engine.connect() as connection, connection.begin() as transaction:
        register.record(connection, [firewall("fail")], NOON, inventory())
        transaction.rollback()
    record(store, NOON, firewall("fail"))
    assert list(incidents_of(store)) == ["VH-2026-0001"]


def test_a_subject_that_is_no_longer_declared_is_written_off_once(store: Store) -> None:
    record(store, NOON, firewall("fail"))
    assert record(store, NOON + MINUTE).changes == 1
    assert record(store, NOON + 2 * MINUTE).changes == 0
    with store.read() as connection:
        last = queries.changes_of(connection, "pc-1")[0]
        assert last.finding is not None
        assert (last.after, last.finding.because) == ("unknown", "undeclared")
        assert connection.execute(select(incidents.c.state)).scalar() == "new"


def test_every_round_that_changed_something_is_sealed_in_the_audit_log(store: Store) -> None:
    record(store, NOON, firewall("fail"))
    with store.read() as connection:
        chain = audit.verify(connection)
        assert (chain.rows, chain.broken_seq) == (2, None)  # the changes, the opened incident
