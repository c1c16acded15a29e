"""Targets 23, 27 and 28 of the plan as figures, each drilled down to the readings it rests on.

`docs/targets.md` holds the definitions in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules import RULES
from alerts.rules.official_without_machine import officials
from collector.inventory.model import Inventory
from collector.readings import Verdict

SubjectKind = Literal["official", "machine", "set", "repository", "line", "device"]

MACHINE_SECURITY = (
    "agent-cloned",
    "agent-silent",
    "antivirus",
    "firewall",
    "os-supported",
    "updates",
)
ADDED = ("agent-cloned", "line-unavailable")
"""Rules that the first version did not have: a day on which no subject was judged by one of them
lies before it, and its figures stay what they were."""
SET_PROOF = ("backup-late", "backup-unproved")
REPOSITORY_PROOF = ("repository-damaged",)
LINE_STABILITY = ("line-down", "line-unavailable")
MACHINE_STABILITY = ("disk-filling", "disk-unhealthy")
DEVICE_STABILITY = (
    "device-unreachable",
    "nas-disk-filling",
    "nas-disk-hot",
    "nas-volume-failing",
    "printer-error",
    "switch-port-errors",
    "ups-battery-weak",
    "ups-on-battery",
)
"""Each device is judged by those of its kind; one that can't be asked, by the first alone."""

COUNTED = frozenset(
    {
        "official-without-machine",
        "machine-below-profile",
        *MACHINE_SECURITY,
        *SET_PROOF,
        *REPOSITORY_PROOF,
        *LINE_STABILITY,
        *MACHINE_STABILITY,
        *DEVICE_STABILITY,
    }
)
"""Rules that the figures rest on. The others are shown beside them: a figure whose definition grows
with every rule could not be compared with last year's."""

By = Mapping[tuple[str, str], Finding]
"""Findings by rule and subject."""


class Why(Struct, frozen=True):
    """One finding that a row rests on, and the rows in `reports` behind it."""

    rule: str
    subject: str
    verdict: Verdict
    because: str
    reports: tuple[int, ...]


class Row(Struct, frozen=True):
    """One subject of a target."""

    subject: str
    kind: SubjectKind
    verdict: Verdict
    why: tuple[Why, ...]


class Target(Struct, frozen=True):
    """One figure. passing + failing + unknown = denominator; what is unknown never passes."""

    item: Literal[23, 27, 28]
    passing: int
    failing: int
    unknown: int
    denominator: int
    ratio: float | None
    """passing / denominator; None where nothing is declared to be counted."""
    rows: tuple[Row, ...]
    serious_incidents: int | None = None
    """Item 27: real security incidents of M1 or M2 in the period. None: not counted here."""


def targets(
    office: Office, findings: Iterable[Finding], serious_incidents: int | None = None
) -> tuple[Target, ...]:
    """The three figures at `office.now`, in the order of the plan."""
    return figures(office.inventory, findings, serious_incidents)


def figures(
    inventory: Inventory, findings: Iterable[Finding], serious_incidents: int | None = None
) -> tuple[Target, ...]:
    """The same for what is declared, by findings of any moment."""
    by = {(finding.rule, finding.subject): finding for finding in findings}
    machines = tuple(machine.id for machine in inventory.machines)
    return (
        _target(23, _equipped(inventory, by)),
        _target(
            27,
            (
                *_rows("machine", machines, MACHINE_SECURITY, by),
                *_rows("set", (one.id for one in inventory.backups), SET_PROOF, by),
                *_rows(
                    "repository", (one.id for one in inventory.repositories), REPOSITORY_PROOF, by
                ),
            ),
            serious_incidents,
        ),
        _target(
            28,
            (
                *_rows("line", (line.id for line in inventory.lines), LINE_STABILITY, by),
                *_rows("machine", machines, MACHINE_STABILITY, by),
                *_devices(inventory, by),
            ),
        ),
    )


def as_json(targets: tuple[Target, ...]) -> bytes:
    """The same figures give the same bytes."""
    return msgspec.json.encode(targets, order="sorted")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Fail before unknown before pass; nothing to judge by is unknown."""
    seen = set(verdicts)
    if "fail" in seen:
        return "fail"
    return "unknown" if "unknown" in seen or not seen else "pass"


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """One that passes is enough; else unknown while one may still pass."""
    seen = set(verdicts)
    if "pass" in seen:
        return "pass"
    return "unknown" if "unknown" in seen or not seen else "fail"


def _target(
    item: Literal[23, 27, 28], rows: tuple[Row, ...], serious_incidents: int | None = None
) -> Target:
    passing = sum(row.verdict == "pass" for row in rows)
    return Target(
        item=item,
        passing=passing,
        failing=sum(row.verdict == "fail" for row in rows),
        unknown=sum(row.verdict == "unknown" for row in rows),
        denominator=len(rows),
        ratio=round(passing / len(rows), 6) if rows else None,
        rows=rows,
        serious_incidents=serious_incidents,
    )


def _rows(
    kind: SubjectKind, subjects: Iterable[str], rules: tuple[str, ...], by: By
) -> tuple[Row, ...]:
    judged = {rule for rule, _ in by}
    rules = tuple(rule for rule in rules if rule not in ADDED or rule in judged)
    rows = []
    for subject in subjects:
        why = tuple(_why(rule, subject, by) for rule in rules)
        rows.append(Row(subject, kind, worst(one.verdict for one in why), why))
    return tuple(rows)


def _devices(inventory: Inventory, by: By) -> Iterator[Row]:
    """Every declared device counts: one that no rule judged is unknown."""
    for device in inventory.devices:
        rules = [rule for rule in DEVICE_STABILITY if (rule, device.id) in by]
        why = tuple(_why(rule, device.id, by) for rule in rules)
        yield Row(device.id, "device", worst(one.verdict for one in why), why)


def _equipped(inventory: Inventory, by: By) -> tuple[Row, ...]:
    """Of two machines of one official, the better one counts."""
    rows = []
    for official in officials(inventory):
        has = _why("official-without-machine", official.id, by)
        fits = tuple(_why("machine-below-profile", asset, by) for asset in official.machines)
        verdict = worst((has.verdict, best(one.verdict for one in fits))) if fits else has.verdict
        rows.append(Row(official.id, "official", verdict, (has, *fits)))
    return tuple(rows)


def _why(rule: str, subject: str, by: By) -> Why:
    finding = by.get((RULES[rule].id, subject))
    if finding is None:
        return Why(rule, subject, "unknown", "never-read", ())
    reports = {one.report for one in finding.evidence if one.report is not None}
    return Why(rule, subject, finding.verdict, finding.because, tuple(sorted(reports)))
