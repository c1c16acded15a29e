"""What an officer does: only what follows, only with its reason, and closed only when proved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts import changing, handling, queries, register
from alerts.clocks import Proof
from alerts.finding import Evidence, Finding, Seen
from alerts.incidents import Incident, NotAllowed, actions
from alerts.queries import File
from collector.store.database import Store
from tests.alerts.builders import NOON, inventory

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ID = "SC-2026-0001"
PROOF = Proof(NOON + MINUTE, "công văn", "Công an phường", "ab" * 32, "sổ đến 12")


def silence(because: str, verdict: Any, received_at: Any = NOON) -> Finding:
    kind: Any = "security" if because == "killed" else "operational"
    evidence = (Evidence("pc-1", "load", (Seen("no-report"),), 3, received_at),)
    return Finding("agent-silent", "pc-1", verdict, because, {}, evidence, kind)


@pytest.fixture
def opened(store: Store) -> Store:
    """A store with one security incident: a killed agent at noon."""
    with store.write() as connection:
        register.record(connection, [silence("killed", "fail")], NOON, inventory())
    return store


def act(store: Store, action: Any, reason: str = "", after: timedelta = MINUTE) -> Incident:
    with store.write() as connection:
        return handling.act(connection, NOON + after, "cntt", ID, action, reason)


def judged(store: Store, finding: Finding, after: timedelta) -> None:
    with store.write() as connection:
        register.record(connection, [finding], NOON + after, inventory())


def file(store: Store, after: timedelta = timedelta()) -> File:
    with store.read() as connection:
        found = queries.file(connection, ID, NOON + after)
    assert found is not None
    return found


def clocks(store: Store, after: timedelta = timedelta()) -> dict[str, str]:
    return {one.obligation: one.state for one in file(store, after).duties}


def test_it_goes_through_its_states_and_closes_once_a_later_reading_proves_the_fix(
    opened: Store,
) -> None:
    assert act(opened, "take").state == "acknowledged"
    assert act(opened, "handle").state == "handling"
    assert act(opened, "fix", "đã khởi động lại", HOUR).state == "fixed"
    with pytest.raises(NotAllowed, match="no reading received after the fix"):
        act(opened, "close", after=2 * HOUR)
    judged(opened, silence("reporting", "pass", NOON + HOUR), HOUR + MINUTE)  # not later: equal
    with pytest.raises(NotAllowed, match="no reading received after the fix"):
        act(opened, "close", after=2 * HOUR)
    judged(opened, silence("reporting", "pass", NOON + HOUR + MINUTE), HOUR + 2 * MINUTE)
    assert act(opened, "close", after=2 * HOUR).state == "closed"


def test_a_proof_is_withdrawn_when_the_subject_fails_again(opened: Store) -> None:
    act(opened, "take")
    act(opened, "fix", "xong", HOUR)
    judged(opened, silence("reporting", "pass", NOON + 2 * HOUR), 2 * HOUR)
    judged(opened, silence("killed", "fail", NOON + 3 * HOUR), 3 * HOUR)
    with pytest.raises(NotAllowed, match="no reading"):
        act(opened, "close", after=4 * HOUR)


def test_what_does_not_follow_is_refused_with_what_may_be_done() -> None:
    incident = Incident(
        ID, "security", "agent-silent", "pc-1", "new", NOON, NOON, "M3", "N2", "x", False, (),
        silence("killed", "fail"),
    )  # fmt: skip
    assert actions(incident) == ("take", "handle", "note", "false-alarm", "duplicate", "void")
    assert "close" not in actions(replace(incident, state="fixed"))
    assert "close" in actions(replace(incident, state="fixed", proved_at=NOON))
    assert actions(replace(incident, state="void")) == ("note",)


@pytest.mark.parametrize("action", ["close", "fix", "reopen"])
def test_a_new_incident_is_neither_fixed_nor_closed_nor_reopened(
    opened: Store, action: str
) -> None:
    with pytest.raises(NotAllowed, match="is new: can't"):
        act(opened, action, "vì")


@pytest.mark.parametrize("action", ["note", "false-alarm", "duplicate", "void"])
def test_an_exit_without_a_reason_is_refused(opened: Store, action: str) -> None:
    with pytest.raises(NotAllowed, match="needs a reason"):
        act(opened, action, "  ")


def test_an_incident_that_does_not_exist_is_told_by_its_id(store: Store) -> None:
    with pytest.raises(NotAllowed, match="there is no incident SC-2026-0001"):
        act(store, "take")


def test_of_two_who_change_it_at_once_only_one_succeeds(opened: Store) -> None:
    stale = file(opened).incident
    act(opened, "take")
    by = changing.Change(NOON, "người khác", "take")
    with opened.write() as connection, pytest.raises(NotAllowed, match="somebody else"):
        changing.change(connection, stale, by, state="handling")


def test_reopening_asks_for_a_new_fix_and_a_new_proof(opened: Store) -> None:
    act(opened, "take")
    act(opened, "fix", "xong", HOUR)
    judged(opened, silence("reporting", "pass", NOON + 2 * HOUR), 2 * HOUR)
    act(opened, "close", after=2 * HOUR)
    again = act(opened, "reopen", "tái diễn", 3 * HOUR)
    assert (again.state, again.fixed_at, again.proved_at, again.ended_at) == (
        "handling",
        None,
        None,
        None,
    )


def test_a_security_incident_starts_its_legal_clocks_and_triage_runs_out_in_an_hour(
    opened: Store,
) -> None:
    assert clocks(opened, HOUR) == {
        "triage": "counting",
        "anm-72h": "counting",
        "anm-final": "counting",
    }
    assert clocks(opened, HOUR + timedelta(microseconds=1))["triage"] == "overdue"


def test_a_higher_level_adds_its_clock_silently(opened: Store) -> None:
    with opened.write() as connection:
        handling.classify(connection, NOON, "cntt", ID, "M2", ["personal-data-harm"], "")
    assert set(clocks(opened)) == {
        "triage", "anm-24h", "anm-72h", "anm-final", "dlcn-record", "dlcn-72h",
    }  # fmt: skip


def test_a_lower_level_that_ends_a_clock_needs_a_reason(opened: Store) -> None:
    with opened.write() as connection:
        handling.classify(connection, NOON, "cntt", ID, "M2", [], "")
    with opened.write() as connection, pytest.raises(NotAllowed, match="needs a reason"):
        handling.classify(connection, NOON, "cntt", ID, "M3", [], " ")
    with opened.write() as connection:
        handling.classify(connection, NOON, "cntt", ID, "M3", [], "không gián đoạn")
    assert clocks(opened)["anm-24h"] == "not_applicable"


def test_the_final_report_is_due_from_the_fix_on(opened: Store) -> None:
    act(opened, "take")
    assert {one.obligation: one.due_at for one in file(opened).duties}["anm-final"] is None
    act(opened, "fix", "xong", HOUR)
    due = {one.obligation: one.due_at for one in file(opened).duties}["anm-final"]
    assert due == NOON + HOUR + timedelta(hours=120)


def test_only_a_whole_proof_of_sending_closes_an_obligation(opened: Store) -> None:
    for broken, words in (
        (replace(PROOF, receipt=" "), "lacks its receipt"),
        (replace(PROOF, file_sha256="abc"), "64 hexadecimal"),
        (replace(PROOF, sent_at=NOON - MINUTE), "before T0"),
        (replace(PROOF, sent_at=NOON + 9 * HOUR), "in the future"),
    ):
        with opened.write() as connection, pytest.raises(NotAllowed, match=words):
            handling.deliver(connection, NOON + HOUR, "cntt", ID, "anm-72h", broken)
    with opened.write() as connection:
        handling.deliver(connection, NOON + HOUR, "cntt", ID, "anm-72h", PROOF)
    assert clocks(opened, 100 * HOUR)["anm-72h"] == "sent"
    assert file(opened).deliveries[0].recipient == "Công an phường"
    with opened.write() as connection, pytest.raises(NotAllowed, match="no open obligation"):
        handling.deliver(connection, NOON + HOUR, "cntt", ID, "anm-72h", PROOF)


def test_setting_an_obligation_aside_is_a_decision_with_a_reason(opened: Store) -> None:
    with opened.write() as connection, pytest.raises(NotAllowed, match="reason"):
        handling.set_aside(connection, NOON, "cntt", ID, "anm-72h", "")
    with opened.write() as connection:
        handling.set_aside(connection, NOON, "cntt", ID, "anm-72h", "báo nhầm")
    assert clocks(opened, 100 * HOUR)["anm-72h"] == "not_applicable"


def test_a_drill_is_marked_for_ever_and_has_no_clock_that_counts(opened: Store) -> None:
    with opened.write() as connection:
        incident = handling.mark_drill(connection, NOON, "cntt", ID, "diễn tập quý IV")
    assert (incident.drill, incident.tag) == (True, "test:test")
    assert set(clocks(opened, 100 * HOUR).values()) == {"not_applicable"}
    act(opened, "take")
    act(opened, "fix", "xong", HOUR)
    assert set(clocks(opened, 100 * HOUR).values()) == {"not_applicable"}


@pytest.mark.parametrize("action", ["false-alarm", "duplicate", "void"])
def test_an_incident_that_was_none_stops_its_clocks_with_that_decision(
    opened: Store, action: str
) -> None:
    act(opened, action, "do diễn tập điện")
    assert set(clocks(opened, 100 * HOUR).values()) == {"not_applicable"}
    last = file(opened).clock_history[-1]
    assert (last.actor, last.reason) == ("cntt", "do diễn tập điện")


def test_a_false_alarm_that_is_reopened_has_its_clocks_again_from_the_same_t0(
    opened: Store,
) -> None:
    act(opened, "false-alarm", "nhầm", HOUR)
    act(opened, "reopen", "không nhầm", 2 * HOUR)
    due = {one.obligation: (one.state, one.due_at) for one in file(opened).duties}
    assert due["anm-72h"] == ("counting", NOON + 72 * HOUR)


def test_t0_is_the_same_after_everything_that_was_done(opened: Store) -> None:
    act(opened, "take")
    act(opened, "fix", "xong", HOUR)
    act(opened, "reopen", "chưa xong", 2 * HOUR)
    assert file(opened).incident.t0 == NOON
