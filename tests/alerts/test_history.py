"""Figures of a day gone by, told again from what was recorded then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from alerts import duties, handling
from alerts.history import findings_at, incidents_at, targets_at
from alerts.office import Office
from alerts.targets import Target, as_json, targets
from collector.store.database import Store
from tests.alerts.builders import NOON, WELL, agent, inventory, machine, office, said, security

DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, 17, tzinfo=UTC)
"""In Việt Nam."""
MICROSECOND = timedelta(microseconds=1)


def well(now: datetime = NOON) -> Office:
    return office(machine(), backups=WELL, now=now)


def firewall_off(now: datetime) -> Office:
    return office(machine(security=security({"firewall": "fail"})), backups=WELL, now=now)


def figures(store: Store, day: date = DAY) -> tuple[Target, ...]:
    with store.read() as connection:
        return targets_at(connection, inventory(), day)


def killed(store: Store) -> str:
    gone = machine(
        agent=agent(last_report_at=NOON - timedelta(minutes=9)), presence=said("stopped")
    )
    (incident,) = duties.tick(store, office(gone, backups=WELL)).incidents
    return incident


def test_the_figures_of_a_day_are_those_that_were_recorded_on_it(store: Store) -> None:
    duties.tick(store, well())
    with store.read() as connection:
        recorded = findings_at(connection, MIDNIGHT)
    assert figures(store) == targets(well(), recorded, serious_incidents=0)


def test_what_comes_later_changes_no_byte_of_a_day_gone_by(store: Store) -> None:
    duties.tick(store, well())
    before = as_json(figures(store))
    duties.tick(store, firewall_off(MIDNIGHT))
    assert as_json(figures(store)) == before
    assert as_json(figures(store, DAY + timedelta(days=1))) != before


def test_a_day_ends_at_the_sites_own_midnight(store: Store) -> None:
    duties.tick(store, well())
    before = figures(store)
    duties.tick(store, firewall_off(MIDNIGHT - MICROSECOND))
    assert figures(store)[1].failing == before[1].failing + 1


def test_before_the_first_record_nothing_is_known(store: Store) -> None:
    duties.tick(store, well())
    assert [one.passing for one in figures(store, DAY - timedelta(days=1))] == [0, 0, 0]


def test_an_incident_counts_as_it_was_classified_on_that_day(store: Store) -> None:
    number = killed(store)
    with store.write() as connection:
        handling.classify(connection, NOON, "cntt", number, "M2", (), "nhiều máy")
    assert figures(store)[1].serious_incidents == 1
    with store.write() as connection:
        handling.classify(connection, MIDNIGHT, "cntt", number, "M4", (), "thử máy")
        handling.act(connection, MIDNIGHT, "cntt", number, "false-alarm", "nhầm")
    assert figures(store)[1].serious_incidents == 1
    assert figures(store, DAY + timedelta(days=1))[1].serious_incidents == 0


def test_an_incident_is_told_with_the_state_and_the_end_that_it_had(store: Store) -> None:
    number = killed(store)
    later = NOON + timedelta(hours=1)
    with store.write() as connection:
        handling.act(connection, later, "cntt", number, "false-alarm", "nhầm")
        handling.act(connection, later + MICROSECOND, "cntt", number, "note", "đã báo")
        handling.act(connection, MIDNIGHT, "cntt", number, "reopen", "vẫn còn")
    with store.read() as connection:
        states = [
            [(one.state, one.ended_at) for one in incidents_at(connection, moment)]
            for moment in (NOON, later, MIDNIGHT, MIDNIGHT + MICROSECOND)
        ]
    assert states == [[], [("new", None)], [("false_alarm", later)], [("handling", None)]]
