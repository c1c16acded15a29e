"""One round of judgement on a store."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from alerts import duties, queries
from alerts.judge import findings
from collector import audit
from collector.store.database import Store
from tests.alerts.builders import NOON, WELL, agent, machine, office, said, security


def test_a_round_records_what_changed_and_the_next_one_nothing(store: Store) -> None:
    here = office(machine(security=security({"firewall": "fail"})), backups=WELL)
    first = duties.tick(store, here)
    assert first.changes == len(findings(here))
    assert first.incidents == ("VH-2026-0001",)
    again = duties.tick(store, replace(here, now=NOON + timedelta(seconds=2)))
    assert (again.changes, again.incidents) == (0, ())


def test_a_stopped_agent_becomes_a_security_incident_with_its_clocks(store: Store) -> None:
    duties.tick(store, office(machine(), backups=WELL))
    gone = machine(
        agent=agent(last_report_at=NOON - timedelta(minutes=9)), presence=said("stopped", 12)
    )
    assert duties.tick(store, office(gone, backups=WELL)).incidents == ("SC-2026-0001",)
    with store.read() as connection:
        (incident,) = queries.open_incidents(connection)
        due = queries.duties(connection, NOON)
        assert audit.verify(connection).broken_seq is None
    assert (incident.rule, incident.subject, incident.t0) == ("agent-silent", "pc-1", NOON)
    assert {12} <= {one.report for one in incident.signal.evidence}
    assert [one.obligation for one in due] == ["triage", "anm-72h", "anm-final"]
    assert {one.state for one in due} == {"counting"}


def test_open_incidents_come_with_security_first(store: Store) -> None:
    gone = machine(
        agent=agent(last_report_at=NOON - timedelta(minutes=9)),
        presence=said("stopped"),
        security=security({"firewall": "fail"}),
    )
    duties.tick(store, office(gone, backups=WELL))
    with store.read() as connection:
        kinds = [one.kind for one in queries.open_incidents(connection)]
    assert kinds == ["security", "operational"]
