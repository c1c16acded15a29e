"""The four answers that the officer came for, and the three things to do first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from alerts.finding import Finding
from alerts.rules import RULES
from alerts.targets import Target, worst
from collector.readings import Verdict

Question = Literal["equipped", "safe", "stable", "restorable"]

ITEMS: Mapping[Question, Literal[23, 27, 28]] = {"equipped": 23, "safe": 27, "stable": 28}
BACKUP_RULES = ("backup-late", "backup-unproved", "repository-damaged")

RANK = {"critical": 0, "warning": 1, "info": 2}
ORDER: Mapping[Verdict, int] = {"fail": 0, "unknown": 1, "pass": 2}
TASKS_SHOWN = 3


class Answer(Struct, frozen=True):
    """One question's answer. `because` is a key of the console's texts, filled with `values`."""

    question: Question
    verdict: Verdict
    passing: int
    failing: int
    unknown: int
    because: str
    values: Mapping[str, int]
    item: int | None

    @property
    def total(self) -> int:
        return self.passing + self.failing + self.unknown


class Task(Struct, frozen=True):
    """One thing to do: a rule and all the subjects that it fails on (or knows nothing of)."""

    rule: str
    verdict: Verdict
    severity: str
    findings: tuple[Finding, ...]


def answers(targets: Sequence[Target], findings: Sequence[Finding]) -> tuple[Answer, ...]:
    """In the order of the plan's items, the backups last."""
    by_item = {target.item: target for target in targets}
    asked = [
        _answer(question, item, _counts(target), target.serious_incidents or 0)
        for question, item in ITEMS.items()
        for target in (by_item[item],)
    ]
    return (*asked, _answer("restorable", None, _backup_counts(findings), 0))


def verdict(passing: int, failing: int, unknown: int) -> Verdict:
    """Nothing to judge is unknown, never a pass."""
    if failing:
        return "fail"
    return "pass" if passing and not unknown else "unknown"


def well(given: Sequence[Answer]) -> bool:
    """Nothing needs the officer."""
    return all(answer.verdict == "pass" for answer in given)


def tasks(findings: Sequence[Finding]) -> tuple[Task, ...]:
    """Worst first: failing before unknown, severity, security, and then by how many it hits."""
    grouped: dict[tuple[str, Verdict], list[Finding]] = {}
    for finding in findings:
        if finding.verdict != "pass":
            grouped.setdefault((finding.rule, finding.verdict), []).append(finding)
    found = [
        Task(rule, judged, RULES[rule].severity if rule in RULES else "warning", tuple(group))
        for (rule, judged), group in grouped.items()
    ]
    return tuple(sorted(found, key=_urgency)[:TASKS_SHOWN])


def pressing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What presses most first, as among the tasks; what passes comes last, by its rule."""
    return tuple(sorted(findings, key=lambda one: (ORDER[one.verdict], _severity(one), one.rule)))


def _severity(finding: Finding) -> int:
    return RANK[RULES[finding.rule].severity if finding.rule in RULES else "warning"]


def _urgency(task: Task) -> tuple[bool, int, bool, int, str]:
    security = any(finding.kind == "security" for finding in task.findings)
    return (
        task.verdict != "fail",
        RANK[task.severity],
        not security,
        -len(task.findings),
        task.rule,
    )


def _answer(
    question: Question, item: int | None, counts: tuple[int, int, int], serious: int
) -> Answer:
    passing, failing, unknown = counts
    total = passing + failing + unknown
    judged: Verdict = "fail" if serious else verdict(passing, failing, unknown)
    kind = "serious" if serious else "nothing" if not total else judged
    return Answer(
        question=question,
        verdict=judged,
        passing=passing,
        failing=failing,
        unknown=unknown,
        because=f"answer.{question}.{kind}",
        values={
            "passing": passing,
            "failing": failing,
            "unknown": unknown,
            "total": total,
            "serious": serious,
        },
        item=item,
    )


def _counts(target: Target) -> tuple[int, int, int]:
    return target.passing, target.failing, target.unknown


def _backup_counts(findings: Sequence[Finding]) -> tuple[int, int, int]:
    """A set counts once, with its worst verdict; so does a repository that has a finding."""
    by_subject: dict[str, list[Verdict]] = {}
    for finding in findings:
        if finding.rule in BACKUP_RULES:
            by_subject.setdefault(finding.subject, []).append(finding.verdict)
    judged = [worst(verdicts) for verdicts in by_subject.values()]
    return judged.count("pass"), judged.count("fail"), judged.count("unknown")
