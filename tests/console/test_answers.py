"""The four answers and the three things to do, decided from values alone."""

from __future__ import annotations

import pytest

from alerts.finding import Finding
from alerts.targets import Target
from collector.readings import Verdict
from console.answers import answers, tasks, verdict, well


def target(item: int, passing: int, failing: int = 0, unknown: int = 0) -> Target:
    total = passing + failing + unknown
    ratio = passing / total if total else None
    return Target(item, passing, failing, unknown, total, ratio, ())  # type: ignore[arg-type]


def found(rule: str, judged: Verdict, subject: str = "pc-1") -> Finding:
    return Finding(rule, subject, judged, "x")


ALL_WELL = (target(23, 12), target(27, 14), target(28, 17))
PROVED = (found("backup-late", "pass", "van-ban"), found("backup-unproved", "pass", "van-ban"))


@pytest.mark.parametrize(
    ("counts", "judged"),
    [((1, 0, 0), "pass"), ((9, 1, 0), "fail"), ((9, 0, 1), "unknown"), ((0, 0, 0), "unknown")],
)
def test_a_single_failure_fails_and_nothing_to_judge_is_unknown(
    counts: tuple[int, int, int], judged: Verdict
) -> None:
    assert verdict(*counts) == judged


def test_all_is_well_only_when_all_four_pass() -> None:
    assert well(answers(ALL_WELL, PROVED))
    assert not well(answers(ALL_WELL, ()))
    assert not well(answers((target(23, 11, 0, 1), *ALL_WELL[1:]), PROVED))


def test_a_set_counts_once_with_its_worst_verdict() -> None:
    findings = (PROVED[0], found("backup-unproved", "fail", "van-ban"))
    last = answers(ALL_WELL, findings)[-1]
    assert (last.passing, last.failing, last.unknown) == (0, 1, 0)


def test_an_open_serious_incident_is_not_safe_whatever_the_checks_say() -> None:
    serious = Target(27, 14, 0, 0, 14, 1.0, (), serious_incidents=1)
    safe = answers((ALL_WELL[0], serious, ALL_WELL[2]), PROVED)[1]
    assert (safe.verdict, safe.because) == ("fail", "answer.safe.serious")


def test_what_is_worst_is_done_first_and_what_is_the_same_is_one_thing() -> None:
    findings = (
        found("updates", "fail", "pc-1"),
        found("firewall", "unknown", "pc-2"),
        found("line-down", "fail", "duong-chinh"),
        found("antivirus", "fail", "pc-1"),
        found("antivirus", "fail", "pc-2"),
        found("os-supported", "pass", "pc-1"),
    )
    first = tasks(findings)
    assert first[0].rule == "line-down"
    assert [len(one.findings) for one in first] == [1, 2, 1]
    assert all(one.verdict == "fail" for one in first)


def test_nothing_failing_leaves_nothing_to_do() -> None:
    assert tasks(PROVED) == ()
