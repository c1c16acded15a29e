"""Judgement's families, parsed by Prometheus's own client."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import structs
from prometheus_client.parser import text_string_to_metric_families

from alerts import judge
from alerts.metrics import families
from alerts.office import Office
from alerts.queries import Duty
from alerts.rules import RULES
from alerts.targets import targets
from collector.exposition import render
from tests.alerts.builders import NOON, inventory, machine, office, security
from tests.alerts.declared_devices import LINE, declared
from tests.alerts.test_obligations import incident


def samples(here: Office, **given: Any) -> dict[str, list[tuple[dict[str, str], float]]]:
    found = judge.findings(here)
    text = render(
        families(
            here,
            found,
            targets(here, found),
            given.get("incidents", ()),
            given.get("duties", ()),
            given.get("judged_at"),
        )
    ).decode()
    got: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            got.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return got


def test_every_rule_and_subject_has_its_series_whether_known_or_not() -> None:
    whole = inventory(devices=declared(), lines=[LINE])
    empty, known = (
        samples(structs.replace(one, inventory=whole)) for one in (office(), office(machine()))
    )
    series = {(labels["rule"], labels["asset"]) for labels, _ in empty["wardwatch_finding"]}
    assert series == {(labels["rule"], labels["asset"]) for labels, _ in known["wardwatch_finding"]}
    asked = {rule.id for rule in RULES.values() if rule.subjects(whole)}
    assert {rule for rule, _ in series} == asked
    assert len(empty["wardwatch_finding"]) == len(empty["wardwatch_finding_unknown"])


def test_a_failing_finding_is_one_and_an_unknown_one_is_told_apart() -> None:
    got = samples(office(machine(security=security({"firewall": "fail"}))))

    def value(name: str, rule: str, asset: str) -> float:
        return next(v for row, v in got[name] if (row["rule"], row["asset"]) == (rule, asset))

    assert value("wardwatch_finding", "firewall", "pc-1") == 1
    assert value("wardwatch_finding", "antivirus", "pc-1") == 0
    assert value("wardwatch_finding_unknown", "antivirus", "pc-1") == 1
    labels = next(row for row, _ in got["wardwatch_finding"] if row["rule"] == "firewall")
    assert labels == {
        "rule": "firewall",
        "item": "27",
        "severity": "warning",
        "asset": "pc-1",
        "site": "hoa-mai",
    }


def test_incidents_are_counted_in_every_combination_and_drills_in_none() -> None:
    got = samples(office(), incidents=[incident(), incident(drill=True)])["wardwatch_incidents"]
    assert sum(value for _, value in got) == 1
    assert len(got) == 2 * 4 * 8
    labels = {"kind": "security", "severity": "M3", "state": "new", "site": "hoa-mai"}
    assert (labels, 1.0) in got


def test_a_clock_has_its_series_until_it_is_answered() -> None:
    due = NOON + timedelta(hours=72)
    duties = [
        Duty("SC-2026-0001", "anm-72h", "overdue", due, None),
        Duty("SC-2026-0001", "triage", "sent", due, NOON),
        Duty("SC-2026-0001", "anm-final", "counting", None, None),
    ]
    got = samples(office(), duties=duties)["wardwatch_obligation_due_timestamp_seconds"]
    labels = {"incident": "SC-2026-0001", "obligation": "anm-72h", "site": "hoa-mai"}
    assert got == [(labels, due.timestamp())]


def test_figures_add_up_by_item() -> None:
    got = samples(office(machine()))
    for item in ("23", "27", "28"):
        parts = [
            next(
                value for labels, value in got[f"wardwatch_target_{part}"] if labels["item"] == item
            )
            for part in ("passing", "failing", "unknown", "ratio")
        ]
        assert parts[3] == round(parts[0] / sum(parts[:3]), 6)


def test_judging_that_failed_shows_no_moment_of_judging() -> None:
    assert "wardwatch_judged_timestamp_seconds" not in samples(office())
    got = samples(office(), judged_at=NOON)["wardwatch_judged_timestamp_seconds"]
    assert got == [({"site": "hoa-mai"}, NOON.timestamp())]
