"""Legal clocks by dated policy: which law, from when, due until which moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts import obligations
from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.policy import PolicyError, load, parsed, shipped
from tests.alerts.builders import NOON

IDS = [
    "triage", "anm-now", "anm-24h", "anm-72h", "anm-final", "dlcn-record", "dlcn-72h",
    "dlcn-subject", "legacy-5d", "anm-year", "anm-year-inhouse", "plan-6m", "plan-year",
]  # fmt: skip


def incident(**changes: Any) -> Incident:
    fields: dict[str, Any] = {
        "id": "SC-2026-0001",
        "kind": "security",
        "rule": "agent-silent",
        "subject": "pc-1",
        "state": "new",
        "t0": NOON,
        "opened_at": NOON,
        "level": "M3",
        "group": "N2",
        "tag": "other:undetermined",
        "drill": False,
        "flags": (),
        "signal": Finding("agent-silent", "pc-1", "fail", "killed"),
    }
    return Incident(**(fields | changes))


def due(**changes: Any) -> dict[str, datetime | None]:
    found = obligations.obligations_of(incident(**changes), shipped())
    return {clock.obligation: clock.due_at for clock in found}


def hours(count: float) -> datetime:
    return NOON + timedelta(hours=count)


def test_the_shipped_policy_holds_every_row_with_its_basis() -> None:
    policy = shipped()
    assert [row.id for row in policy.obligations] == IDS
    for row in policy.obligations:
        assert row.cite.document
        assert row.cite.article


def test_a_plain_security_incident_has_triage_72_hours_and_a_final_report() -> None:
    assert due() == {"triage": hours(1), "anm-72h": hours(72), "anm-final": None}
    assert due(fixed_at=hours(10))["anm-final"] == hours(130)


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"level": "M2"}, {"anm-24h": 24}),
        ({"level": "M1"}, {"anm-24h": 24}),
        ({"flags": ("national-security",)}, {"anm-now": 1}),
        ({"flags": ("interruption",)}, {"anm-now": 1}),
        ({"flags": ("personal-data",)}, {"dlcn-record": 72}),
        ({"flags": ("personal-data-harm",)}, {"dlcn-record": 72, "dlcn-72h": 72}),
        ({"flags": ("sensitive-data",)}, {"dlcn-record": 72, "dlcn-subject": 72}),
    ],
)
def test_what_an_incident_turns_out_to_be_adds_its_clocks(
    changes: dict[str, Any], more: dict[str, float]
) -> None:
    added = {name: at for name, at in due(**changes).items() if name not in due()}
    assert added == {name: hours(count) for name, count in more.items()}


def test_operational_incidents_and_drills_have_no_clock() -> None:
    assert due(kind="operational") == {}
    assert due(drill=True) == {}


def test_the_law_is_the_one_of_the_day_of_t0_by_the_calendar_of_viet_nam() -> None:
    old_law = datetime(2026, 6, 30, 16, 59, tzinfo=UTC)
    new_law = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)  # 1 July in Viet Nam
    assert set(due(t0=old_law)) == {"triage", "legacy-5d"}
    assert due(t0=old_law)["legacy-5d"] == old_law + timedelta(days=5)
    assert set(due(t0=new_law)) == {"triage", "anm-72h", "anm-final"}


def test_hours_are_calendar_hours_over_a_leap_day_and_the_new_year() -> None:
    eve = datetime(2028, 2, 28, 12, 0, tzinfo=UTC)
    assert due(t0=eve)["anm-72h"] == datetime(2028, 3, 2, 12, 0, tzinfo=UTC)
    last = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)
    assert due(t0=last)["anm-72h"] == datetime(2027, 1, 3, 12, 0, tzinfo=UTC)


def test_the_due_moment_itself_is_in_time_and_the_next_is_not() -> None:
    at = hours(72)
    assert obligations.state("counting", at, at) == "counting"
    assert obligations.state("counting", at, at + timedelta(microseconds=1)) == "overdue"
    assert obligations.state("counting", None, at) == "counting"
    assert obligations.state("sent", at, at + timedelta(days=9)) == "sent"
    assert obligations.state("not_applicable", at, at + timedelta(days=9)) == "not_applicable"


def test_yearly_reports_are_due_before_their_day_and_then_again_next_year() -> None:
    def next_dates(today: date) -> list[tuple[str, date]]:
        return [(row.obligation, row.due_on) for row in obligations.recurring(shipped(), today)]

    assert next_dates(date(2026, 12, 9))[0] == ("plan-year", date(2026, 12, 10))
    assert next_dates(date(2026, 12, 10))[0] == ("anm-year-inhouse", date(2026, 12, 20))
    assert ("plan-6m", date(2027, 6, 10)) in next_dates(date(2026, 12, 10))
    # The plan ends with 2030: nothing of it is due in 2031.
    assert [name for name, _ in next_dates(date(2030, 12, 31))] == ["anm-year-inhouse", "anm-year"]


GOOD = """
version: 1
id: x
law: []
obligations:
  - id: a
    name: {vi: a, en: a}
    cite: {document: d, article: e, issued: null, effective_from: 2026-01-01, effective_to: null}
    applies: {from: 2026-01-01, to: null}
    when: [security]
    clock: t0
    due: {hours: 1}
    to: {vi: a, en: a}
    evidence: {vi: a, en: a}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("hours: 1", "hours: -1", "greater than 0"),
        ("hours: 1", "before: ['12-25']", "do not fit each other"),
        ("clock: t0", "clock: soon", "clock"),
        ("[security]", "[maybe]", "when"),
        ("version: 1", "version: 2", "version"),
        ("    clock: t0", "    clocc: t0", "clocc"),
        ("id: x", "id: [", "not YAML"),
        ("id: x", "id: x\nid: y", "not YAML"),
        ("2026-01-01, effective_to", "soon, effective_to", "effective_from"),
    ],
)
def test_a_policy_with_a_mistake_is_refused_in_words(old: str, new: str, words: str) -> None:
    assert parsed(GOOD, "x.yaml").obligations[0].due.hours == 1
    with pytest.raises(PolicyError, match=words):
        parsed(GOOD.replace(old, new, 1), "x.yaml")


def test_an_obligation_named_twice_is_refused() -> None:
    twice = GOOD + GOOD[GOOD.index("  - id: a") :]
    with pytest.raises(PolicyError, match="named twice: a"):
        parsed(twice, "x.yaml")


def test_an_office_may_correct_the_policy_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD, "utf-8")
    assert load(path).obligation("a") is not None
    assert load(path).obligation("b") is None
    with pytest.raises(PolicyError, match="can't be read"):
        load(tmp_path / "none.yaml")


def test_a_paper_cites_the_general_law_first_and_never_the_offices_own_rules() -> None:
    bases = shipped().bases(date(2026, 11, 23), ["triage", "anm-72h", "anm-final"])
    assert bases == ("Luật An ninh mạng số 116/2025/QH15", "Nghị định số 331/2026/NĐ-CP")


def test_a_paper_cites_what_was_in_force_when_it_happened() -> None:
    assert shipped().bases(date(2026, 8, 18), ["anm-72h"]) == (
        "Luật An ninh mạng số 116/2025/QH15",
    )
    assert shipped().bases(date(2026, 6, 30), ["legacy-5d"]) == ("Thông tư số 20/2017/TT-BTTTT",)


LAW = {
    "triage": ("nội bộ", "2017-01-01", None),
    "anm-now": ("331/2026/NĐ-CP", "2026-07-01", None),
    "anm-24h": ("331/2026/NĐ-CP", "2026-07-01", None),
    "anm-72h": ("331/2026/NĐ-CP", "2026-07-01", None),
    "anm-final": ("331/2026/NĐ-CP", "2026-07-01", None),
    "dlcn-record": ("91/2025/QH15", "2026-01-01", None),
    "dlcn-72h": ("91/2025/QH15", "2026-01-01", None),
    "dlcn-subject": ("356/2025/NĐ-CP", "2026-01-01", None),
    "legacy-5d": ("20/2017/TT-BTTTT", "2017-11-01", "2026-06-30"),
    "anm-year": ("331/2026/NĐ-CP", "2026-08-19", None),
    "anm-year-inhouse": ("331/2026/NĐ-CP", "2026-08-19", None),
    "plan-6m": ("Kế hoạch", "2026-04-01", "2030-12-31"),
    "plan-year": ("Kế hoạch", "2026-04-01", "2030-12-31"),
}
"""By row: the basis that it must cite, the first and the last day on which it applies."""

ALL_FLAGS = (
    "national-security", "interruption", "personal-data", "personal-data-harm", "sensitive-data",
)  # fmt: skip


@pytest.mark.parametrize("id", IDS)
def test_each_row_applies_from_its_laws_first_day_to_its_last_and_not_a_day_longer(
    id: str,
) -> None:
    row = shipped().obligation(id)
    assert row is not None
    words, first, last = LAW[id]
    assert words in row.cite.document
    assert row.applies.first == date.fromisoformat(first)
    assert row.applies.last == (date.fromisoformat(last) if last else None)
    if row.clock == "yearly":
        return
    for day, holds in _edges(row.applies.first, row.applies.last):
        # In the middle of that day by the law's own time.
        t0 = datetime.combine(day, datetime.min.time(), obligations.LEGAL_TIME).replace(hour=12)
        found = due(t0=t0, level="M1", flags=ALL_FLAGS)
        assert (id in found) is holds, day


def _edges(first: date, last: date | None) -> list[tuple[date, bool]]:
    day = timedelta(days=1)
    edges = [(first - day, False), (first, True)]
    return edges + ([(last, True), (last + day, False)] if last else [])


def test_the_day_of_the_change_of_law_is_told_by_the_laws_own_clock() -> None:
    old = datetime(2026, 6, 30, 16, 59, tzinfo=UTC)  # 23:59 in Việt Nam
    assert "legacy-5d" in due(t0=old)
    assert "anm-72h" not in due(t0=old)
    new = old + timedelta(minutes=1)
    assert "legacy-5d" not in due(t0=new)
    assert "anm-72h" in due(t0=new)


def test_a_corrected_t0_is_what_the_law_is_asked_by() -> None:
    corrected = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
    found = due(corrected_t0=corrected)
    assert found["legacy-5d"] == corrected + timedelta(days=5)
    assert "anm-72h" not in found
