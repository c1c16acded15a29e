from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.alerts.builders import (
    LOAD,
    NOON,
    agent,
    finding,
    latest,
    machine,
    office,
    said,
)
from tests.alerts.test_rules_of_machines import verdict


def test_a_machine_that_reports_passes_and_one_that_never_did_is_unknown() -> None:
    assert verdict("agent-silent") == ("pass", "reporting")
    assert verdict("agent-silent", agent=None) == ("unknown", "pending")
    assert verdict("agent-silent", agent=agent(state="pending")) == ("unknown", "pending")


def silent_since(seconds: float) -> Any:
    return agent(last_report_at=NOON - timedelta(seconds=seconds))


def test_a_silent_machine_in_office_hours_fails_as_an_operational_matter() -> None:
    quiet = latest(LOAD, 3, timedelta(seconds=181))
    found = finding("agent-silent", "pc-1", office(machine(agent=silent_since(181), load=quiet)))
    assert (found.verdict, found.because, found.kind) == ("fail", "silent", "operational")
    assert found.signal_at is None
    assert found.evidence[0].report == 3
    assert verdict("agent-silent", agent=silent_since(180))[0] == "pass"


def test_a_machine_that_said_goodbye_is_off_and_well() -> None:
    gone = {"agent": silent_since(900), "presence": said("shutdown")}
    assert verdict("agent-silent", **gone) == ("pass", "off")
    asleep = {"agent": silent_since(900), "presence": said("sleep")}
    assert verdict("agent-silent", **asleep) == ("pass", "asleep")


def test_an_agent_that_was_stopped_while_its_machine_lives_is_a_security_matter() -> None:
    killed = machine(agent=silent_since(900), presence=said("stopped"))
    found = finding("agent-silent", "pc-1", office(killed))
    assert (found.verdict, found.because, found.kind) == ("fail", "killed", "security")


def test_the_collectors_own_machine_is_alive_so_its_silence_is_a_killed_agent() -> None:
    machines = [{"id": "pc-1", "profile": "chuan", "room": "1", "collector": True}]
    found = finding(
        "agent-silent", "pc-1", office(machine(agent=silent_since(900)), machines=machines)
    )
    assert (found.because, found.kind) == ("killed", "security")


@pytest.mark.parametrize("cause", ["same-number", "two-machines"])
def test_a_key_that_two_machines_hold_is_a_security_signal_of_its_moment(cause: Any) -> None:
    at = NOON - timedelta(minutes=7)
    copied = agent(state="quarantined", quarantined_at=at, quarantine_cause=cause)
    found = finding("agent-cloned", "pc-1", office(machine(agent=copied)))
    assert (found.verdict, found.because, found.kind) == ("fail", cause, "security")
    assert found.signal_at == at


def test_an_agent_alone_with_its_key_passes_by_its_last_report() -> None:
    found = finding("agent-cloned", "pc-1", office(machine()))
    assert (found.verdict, found.because) == ("pass", "alone")
    assert [one.received_at for one in found.evidence] == [NOON - timedelta(seconds=30)]


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"agent": None}, "no-agent"),
        ({"agent": agent(state="revoked")}, "no-agent"),
        ({"agent": agent(state="pending")}, "no-agent"),
        ({"agent": agent(last_report_at=None)}, "no-report"),
    ],
)
def test_a_machine_that_nobody_speaks_for_is_not_said_to_be_alone(
    changes: dict[str, Any], because: str
) -> None:
    assert verdict("agent-cloned", **changes) == ("unknown", because)


def test_of_a_copied_agent_nothing_else_passes_by_its_silence() -> None:
    copied = agent(state="quarantined", quarantined_at=NOON, quarantine_cause="same-number")
    assert verdict("agent-silent", agent=copied) == ("unknown", "pending")
