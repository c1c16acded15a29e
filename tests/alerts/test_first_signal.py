"""T0 of a spell that began while serving took reports in and duties judged nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alerts import duties, queries
from alerts.incidents import Incident
from alerts.judge import judged
from alerts.office import Office
from alerts.rules import RULES
from collector.ingest import understood
from collector.live import Live
from collector.store.database import Store
from collector.writing import write
from tests.alerts.builders import NOON, WELL, inventory
from tests.collector.office import body, enrol, report

HOUR = timedelta(hours=1)


def took_in(store: Store, *verdicts: str, check: str = "firewall") -> str:
    """One security reading an hour from noon on, written by serving alone."""
    agent, _ = enrol(store, asset="pc-1")
    for hour, verdict in enumerate(verdicts):
        section: Any = {"checks": [{"id": check, "verdict": verdict}]}
        if verdict == "torn":
            section = {"checks": 7}
        sent = body(report(hour + 1, "security", section))
        batch, _ = understood(agent, sent, NOON + hour * HOUR)
        with store.write() as connection:
            write(connection, [batch])
    return agent


def opened(store: Store, now: datetime) -> Incident | None:
    """What a first round of the duties makes of it."""
    here = Office(inventory(), Live(store).refresh(), WELL, now)
    duties.tick(store, here)
    with store.read() as connection:
        found = [one for one in queries.all_incidents(connection) if one.rule == "firewall"]
    return found[0] if found else None


def test_t0_is_the_receipt_of_the_first_failing_reading_not_of_the_newest(store: Store) -> None:
    took_in(store, "pass", "fail", "fail", "fail")
    incident = opened(store, NOON + 3 * HOUR)
    assert incident is not None
    assert incident.t0 == NOON + HOUR
    assert [one.report for one in incident.signal.evidence] == [4, 2]


def test_what_could_not_be_read_ends_no_spell_and_begins_none(store: Store) -> None:
    took_in(store, "fail", "pass", "unknown", "fail", "unknown", "torn", "fail")
    incident = opened(store, NOON + 6 * HOUR)
    assert incident is not None
    assert incident.t0 == NOON + 3 * HOUR


def test_a_spell_of_one_reading_has_that_one_for_evidence(store: Store) -> None:
    took_in(store, "fail", "pass", "fail")
    incident = opened(store, NOON + 2 * HOUR)
    assert incident is not None
    assert incident.t0 == NOON + 2 * HOUR
    assert [one.report for one in incident.signal.evidence] == [3]


def test_other_checks_that_fail_begin_nothing(store: Store) -> None:
    took_in(store, "fail", "fail", check="smb1")
    assert opened(store, NOON + HOUR) is None
    here = Office(inventory(), Live(store).refresh(), WELL, NOON + HOUR)
    assert judged(RULES["firewall"], here, here.inventory.machines[0]).because == "not-checked"
