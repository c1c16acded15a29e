"""promtool's unit tests of the generated rules: each edge of `for` and of `keep_firing_for`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from alerts.render.rules import WATCHERS, Alert, alerting, alerts
from alerts.rules import RULES

LABELS = {"asset": "pc-1", "site": "hoa-mai"}
FAILING_MINUTES = 20
"""How long the series fails in every test, from minute 5 on; longer than any `for`."""


def document(rules_file: str) -> dict[str, Any]:
    """The test file for `promtool test rules`."""
    ours = [one for one in alerts() if one not in WATCHERS]
    rules = [(rule.id, one) for rule, one in zip(alerting(), ours, strict=True)]
    return {
        "rule_files": [rules_file],
        "evaluation_interval": "30s",
        "tests": [_of_rules(rules), *_of_watchers()],
    }


def _of_rules(rules: Sequence[tuple[str, Alert]]) -> dict[str, Any]:
    """All in one test: promtool evaluates every rule in each, so one apiece would cost the square."""
    made = [_of_rule(rule, alert) for rule, alert in rules]
    return {
        "name": "every rule, by its own series alone",
        "interval": "30s",
        "input_series": [series for series, _ in made],
        "alert_rule_test": [moment for _, moments in made for moment in moments],
    }


def _of_rule(rule: str, alert: Alert) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Its series, quiet, failing from minute 5 for 20 minutes, quiet again; and what is to fire."""
    labels = {
        "rule": rule,
        "item": str(RULES[rule].item),
        "severity": RULES[rule].severity,
        **LABELS,
    }
    pairs = ",".join(f'{name}="{value}"' for name, value in labels.items())
    begins = 5 + alert.for_minutes
    ends = 5 + FAILING_MINUTES
    firing = [{"exp_labels": {**labels, **alert.labels}, "exp_annotations": _filled(alert, labels)}]
    moments = [
        (f"{5 * 60 - 30}s", []),
        (f"{begins * 60 - 30}s", []),
        (f"{begins}m", firing),
        (f"{ends}m", firing),
        # Kept while it may only be flapping, and let go afterwards.
        (f"{(ends + alert.keep_minutes) * 60 - 30}s", firing),
        (f"{ends + alert.keep_minutes + 1}m", []),
    ]
    values = f"0x9 1x{FAILING_MINUTES * 2 - 1} 0x60"
    series = {"series": f"wardwatch_finding{{{pairs}}}", "values": values}
    return series, [
        {"eval_time": at, "alertname": alert.name, "exp_alerts": expected}
        for at, expected in moments
    ]


def _filled(alert: Alert, labels: Mapping[str, str]) -> dict[str, str]:
    return {
        name: reduce(lambda so_far, label: so_far.replace(*_pair(*label)), labels.items(), text)
        for name, text in alert.annotations.items()
    }


def _pair(name: str, value: str) -> tuple[str, str]:
    return f"{{{{ $labels.{name} }}}}", value


def _of_watchers() -> list[dict[str, Any]]:
    by_name = {one.name: one for one in WATCHERS}
    up = 'up{job="wardwatch"}'
    judged = 'wardwatch_judged_timestamp_seconds{site="hoa-mai"}'
    due = 'wardwatch_obligation_due_timestamp_seconds{incident="SC-2026-0001",obligation="anm-72h"}'
    due_labels = {"incident": "SC-2026-0001", "obligation": "anm-72h"}
    site = {"site": "hoa-mai"}
    job = {"job": "wardwatch"}
    return [
        _watched("a collector that answers", {up: "1x40", judged: "0+60x40"}, by_name, [
            ("10m", "Watchdog", {}),
            ("10m", "CollectorDown", None),
            ("10m", "JudgementStopped", None),
        ]),
        _watched("a collector that does not answer", {up: "0x40"}, by_name, [
            ("1m", "CollectorDown", None),
            ("2m", "CollectorDown", job),
        ]),
        _watched("a collector that nobody scrapes any more", {up: "1x10 _x40"}, by_name, [
            ("14m", "CollectorDown", None),
            ("20m", "CollectorDown", job),
        ]),
        _watched("judging that stopped", {up: "1x60", judged: "0x60"}, by_name, [
            ("10m", "JudgementStopped", None),
            ("11m", "JudgementStopped", site),
        ]),
        _watched("judging that never began", {up: "1x60"}, by_name, [
            ("4m", "JudgementStopped", None),
            ("5m", "JudgementStopped", {}),
        ]),
        _watched("a paper that is due in five hours", {due: "18000x400"}, by_name, [
            ("60m", "ObligationDue", None),
            ("61m", "ObligationDue", due_labels),
            ("360m", "ObligationDue", due_labels),
        ]),
    ]  # fmt: skip


def _watched(
    name: str,
    series: dict[str, str],
    by_name: dict[str, Alert],
    moments: list[tuple[str, str, dict[str, str] | None]],
) -> dict[str, Any]:
    """Each moment: when, which alert, and the labels of the series it fires on (None: quiet)."""
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": key, "values": value} for key, value in series.items()],
        "alert_rule_test": [
            {
                "eval_time": at,
                "alertname": alert,
                "exp_alerts": []
                if labels is None
                else [
                    {
                        "exp_labels": {**labels, **by_name[alert].labels},
                        "exp_annotations": _filled(by_name[alert], labels),
                    }
                ],
            }
            for at, alert, labels in moments
        ],
    }
