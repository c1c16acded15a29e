"""What people report, state, merge and correct: every change a row, every clock from the right T0."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from click import Choice
from sqlalchemy import select, update

from alerts import handling, queries, register, statements
from alerts.finding import Evidence, Finding, Seen
from alerts.incidents import FOLLOWS, Incident, NotAllowed, actions
from alerts.reporting import Report, report
from alerts.rules import RULES
from alerts.severity import Impact, level
from alerts.tables import incident_changes, incidents
from alerts.told import TOLD
from alerts.vocabulary import FIELDS, KINDS, Field
from collector import audit
from collector.inventory.incidents import Step, Thresholds
from collector.store.database import Store
from console.commands import told as commands
from console.commands.incident import incident
from tests.alerts.builders import NOON, inventory

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def lost(**changes: Any) -> Report:
    fields: dict[str, Any] = {
        "kind": "told-lost-machine",
        "subject": "pc-1",
        "words": "mất máy xách tay trên xe",
        "who": "Công chức hộ tịch",
        "told_at": NOON,
    }
    return Report(**(fields | changes))


def told(store: Store, after: timedelta = MINUTE, **changes: Any) -> Incident:
    with store.write() as connection:
        return report(connection, inventory(), NOON + after, "cntt", lost(**changes))


def act(store: Store, id: str, action: Any, reason: str = "", after: timedelta = HOUR) -> Incident:
    with store.write() as connection:
        return handling.act(connection, NOON + after, "cntt", id, action, reason)


def clocks(store: Store, id: str) -> dict[str, Any]:
    with store.read() as connection:
        file = queries.file(connection, id, NOON + HOUR)
    assert file is not None
    return {one.obligation: one.due_at for one in file.duties if one.state == "counting"}


def silence(because: str = "killed") -> Finding:
    evidence = (Evidence("pc-1", "load", (Seen("no-report"),), 3, NOON),)
    return Finding("agent-silent", "pc-1", "fail", because, {}, evidence, "security")


def detected(store: Store, at: timedelta) -> str:
    with store.write() as connection:
        return register.record(connection, [silence()], NOON + at, inventory()).incidents[0]


def test_the_commands_offer_every_kind_and_field_that_there_is() -> None:
    assert [f"told-{one}" for one in sorted(KINDS)] == sorted(TOLD)
    params = (*commands.state.params, *incident.commands["report"].params)
    offered = {one.name: tuple(one.type.choices) for one in params if isinstance(one.type, Choice)}
    assert (offered["field"], offered["kind"]) == (FIELDS, KINDS)
    assert {one.group for one in TOLD.values()} == {f"N{number}" for number in range(1, 10)}


def test_a_report_opens_an_incident_from_the_moment_it_was_told(store: Store) -> None:
    incident = told(store, told_at=NOON - HOUR)
    assert (incident.id, incident.group, incident.level) == ("SC-2026-0001", "N4", "M2")
    assert incident.t0 == NOON - HOUR
    assert clocks(store, incident.id)["anm-24h"] == NOON + 23 * HOUR
    with store.read() as connection:
        assert audit.verify(connection).reason is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"words": " "}, "needs its kind"),
        ({"who": ""}, "needs its kind"),
        ({"kind": "told-nothing"}, "needs its kind"),
        ({"told_at": NOON + HOUR}, "in the future"),
        ({"subject": "pc-99"}, "no declared machine"),
    ],
)
def test_half_a_report_is_refused(store: Store, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        told(store, **wrong)


def test_a_reported_drill_is_a_drill_from_its_first_row_on_and_has_no_clock(store: Store) -> None:
    incident = told(store, drill=True)
    assert (incident.drill, incident.tag) == (True, "test:test")
    assert clocks(store, incident.id) == {}


def test_what_a_person_reported_closes_by_a_persons_word_and_what_was_detected_does_not(
    store: Store,
) -> None:
    incident = told(store)
    act(store, incident.id, "take")
    with pytest.raises(NotAllowed, match="is acknowledged: can't prove"):
        act(store, incident.id, "prove", "xong")
    act(store, incident.id, "fix", "đã thu hồi quyền")
    with pytest.raises(NotAllowed, match="no reading"):
        act(store, incident.id, "close")
    with pytest.raises(NotAllowed, match="needs a reason"):
        act(store, incident.id, "prove")
    assert "close" in actions(act(store, incident.id, "prove", "đã kiểm tra"))
    assert act(store, incident.id, "close").state == "closed"

    other = detected(store, MINUTE)
    act(store, other, "take")
    act(store, other, "fix", "xong")
    with pytest.raises(NotAllowed, match="only a later reading"):
        act(store, other, "prove", "tin tôi đi")


def test_every_change_of_state_that_the_table_allows_is_one_row(store: Store) -> None:
    for number, (action, ways) in enumerate(FOLLOWS.items()):
        for before, after in ways.items():
            incident = told(store)
            with store.write() as connection:
                connection.execute(
                    update(incidents)
                    .where(incidents.c.id == incident.id)
                    .values(state=before, proved_at=NOON)
                )
            assert act(store, incident.id, action, f"lý do {number}").state == after
            with store.read() as connection:
                rows = connection.execute(
                    select(incident_changes).where(incident_changes.c.incident == incident.id)
                ).all()
            assert [(row.action, row.before, row.after) for row in rows[1:]] == [
                (action, before, after)
            ]


def test_a_correction_of_t0_is_a_row_and_a_later_one_needs_a_reason(store: Store) -> None:
    incident = told(store)
    with store.write() as connection:
        with pytest.raises(NotAllowed, match="needs a reason"):
            handling.correct_t0(connection, NOON + HOUR, "cntt", incident.id, NOON, " ")
        with pytest.raises(NotAllowed, match="in the future"):
            handling.correct_t0(connection, NOON, "cntt", incident.id, NOON + HOUR, "nhầm")
        after = handling.correct_t0(
            connection, NOON + HOUR, "cntt", incident.id, NOON - 3 * HOUR, "người báo nhớ lại"
        )
    assert (after.t0, after.starts_at) == (NOON, NOON - 3 * HOUR)
    assert clocks(store, incident.id)["anm-72h"] == NOON + 69 * HOUR


THRESHOLDS = Thresholds(
    m1=Step(machines=10, persons=500, interruption_hours=12),
    m2=Step(machines=3, persons=50, interruption_hours=2),
)


@pytest.mark.parametrize(
    ("impact", "expected"),
    [
        (Impact(), "M4"),
        (Impact(machines=2, persons=49, interruption_hours=1.9), "M4"),
        (Impact(machines=3), "M2"),
        (Impact(persons=50), "M2"),
        (Impact(interruption_hours=2), "M2"),
        (Impact(machines=9, persons=499, interruption_hours=11.9), "M2"),
        (Impact(machines=10), "M1"),
        (Impact(machines=1, persons=500), "M1"),
        (Impact(interruption_hours=12), "M1"),
    ],
)
def test_one_threshold_that_is_reached_is_enough(impact: Impact, expected: str) -> None:
    assert level(impact, THRESHOLDS) == expected


def test_a_level_below_the_wards_thresholds_needs_a_reason(store: Store) -> None:
    incident = told(store)
    with store.write() as connection:
        statements.state(connection, NOON, "cntt", incident.id, "machines", "12")
        with pytest.raises(NotAllowed, match="by the office's thresholds it is M1"):
            handling.within_thresholds(connection, incident.id, "M2", THRESHOLDS, "")
        handling.within_thresholds(connection, incident.id, "M2", THRESHOLDS, "máy thử nghiệm")
        handling.within_thresholds(connection, incident.id, "M1", THRESHOLDS, "")


def test_a_statement_is_a_row_the_newest_counts_and_nonsense_is_refused(store: Store) -> None:
    incident = told(store)
    with store.write() as connection:
        for field, text in (("cause", "a"), ("cause", "b"), ("machines", "3"), ("machines", "")):
            statements.state(connection, NOON, "cntt", incident.id, field, text)  # type: ignore[arg-type]
        assert statements.newest(connection, incident.id) == {"cause": "b"}
        for field, text in (
            ("machines", "nhiều"),
            ("machines", "-1"),
            ("confidential", "maybe"),
            ("restored-at", "hôm qua"),
            ("restored-at", "2026-11-23T12:00"),
        ):
            with pytest.raises(NotAllowed, match="can't be read"):
                statements.state(connection, NOON, "cntt", incident.id, field, text)  # type: ignore[arg-type]


SIGNALS = {
    "antivirus": ("vulnerable:vulnerable-system", None, "M4"),
    "os-supported": ("vulnerable:vulnerable-system", None, "M4"),
    "updates": ("vulnerable:vulnerable-system", None, "M4"),
    "malware-blocked": ("malicious-code:infected-system", "N1", "M4"),
    "malware-active": ("malicious-code:infected-system", "N1", "M2"),
    "ransomware-signs": (
        "information-content-security:unauthorised-information-modification",
        "N1",
        "M2",
    ),
    "administrator-added": ("intrusions:privileged-account-compromise", "N2", "M3"),
    "log-cleared": ("intrusions:privileged-account-compromise", "N2", "M3"),
    "service-installed": ("intrusions:privileged-account-compromise", "N2", "M3"),
    "brute-force": ("intrusion-attempts:brute-force", "N2", "M4"),
    "logon-after-failures": ("intrusions:unprivileged-account-compromise", "N2", "M2"),
    "agent-silent": ("other:undetermined", "N2", "M3"),
    "line-down": ("availability:outage", "N3", "M4"),
}
"""What the design says of each signal: RSIT tag, group shown, default severity."""


@pytest.mark.parametrize("id", sorted(SIGNALS))
def test_a_signal_has_its_rsit_tag_its_group_and_its_severity(id: str) -> None:
    rule = RULES[id]
    assert (rule.tag, rule.group, rule.level) == SIGNALS[id]


def test_the_fields_of_a_statement_are_a_closed_list() -> None:
    assert get_args(Field) == FIELDS


BEFORE_ALL = datetime.fromisoformat("0001-01-01T00:00:00+07:00")
"""In UTC no calendar holds it: read back, it would stop every list of incidents."""


def test_a_moment_before_all_calendars_is_refused_before_it_is_written(store: Store) -> None:
    with pytest.raises(NotAllowed) as refused:
        told(store, told_at=BEFORE_ALL)
    assert refused.value.key == "too-early"
    told_one = told(store).id
    with store.write() as connection:
        with pytest.raises(NotAllowed) as refused:
            handling.correct_t0(connection, NOON + HOUR, "cntt", told_one, BEFORE_ALL, "nhầm")
        assert refused.value.key == "too-early"
        for text in (BEFORE_ALL.isoformat(), "9999-12-31T23:59:59-12:00"):
            with pytest.raises(NotAllowed):
                statements.state(connection, NOON + HOUR, "cntt", told_one, "happened-at", text)
        queries.all_incidents(connection)
