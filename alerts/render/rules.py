"""Prometheus alerting rules: one for each of our rules, and those that watch the watcher.

Each signal is judged in one place only: what our rules judge, Prometheus only routes.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from alerts.rules import RULES
from alerts.rules.rule import Rule
from alerts.words import remedy, texts, title


class Alert(Struct, frozen=True):
    """One alerting rule. Durations are whole minutes."""

    name: str
    expr: str
    for_minutes: int
    keep_minutes: int
    """Prometheus's keep_firing_for (2.42 or newer): a value that flaps is one message."""
    labels: dict[str, str]
    annotations: dict[str, str]


FOR_MINUTES = {"critical": 0, "warning": 5}
"""A critical finding has waited in our rule already; what can wait a week may settle first."""

KEEP_MINUTES = 10

CLASSES = {23: "equipment", 27: "security", 28: "infrastructure"}
"""What Alertmanager may route by: the plan's items in a word."""


def alerts() -> tuple[Alert, ...]:
    """Every alert, ours first."""
    return (*(_of(rule) for rule in alerting()), *WATCHERS)


def alerting() -> tuple[Rule[Any], ...]:
    """The rules that alert. What belongs in the monthly report is a figure there, and no alert."""
    return tuple(rule for rule in RULES.values() if rule.severity != "info")


def alert_name(rule: str) -> str:
    """The name Prometheus knows the rule by: `agent-silent` is AgentSilent."""
    return "".join(word.capitalize() for word in rule.split("-"))


def document() -> dict[str, Any]:
    """The rules file as Prometheus reads it."""
    ours = [_rule(one) for one in alerts() if one not in WATCHERS]
    return {
        "groups": [
            {"name": "wardwatch", "interval": "30s", "rules": ours},
            {"name": "watchers", "interval": "30s", "rules": [_rule(one) for one in WATCHERS]},
        ]
    }


def _of(rule: Rule[Any]) -> Alert:
    return Alert(
        name=alert_name(rule.id),
        expr=f'wardwatch_finding{{rule="{rule.id}"}} == 1',
        for_minutes=FOR_MINUTES[rule.severity],
        keep_minutes=KEEP_MINUTES,
        # rule, item, severity, asset and site come with the series.
        labels={"incident_class": CLASSES[rule.item]},
        annotations={
            "summary": f"{title(rule.id, 'vi')}: {{{{ $labels.asset }}}}",
            "summary_en": f"{title(rule.id, 'en')}: {{{{ $labels.asset }}}}",
            "description": texts().text("vi", f"{rule.id}.why"),
            "remedy": remedy(rule.id, "vi"),
            "remedy_en": remedy(rule.id, "en"),
        },
    )


def _rule(alert: Alert) -> dict[str, Any]:
    rule: dict[str, Any] = {"alert": alert.name, "expr": alert.expr}
    if alert.for_minutes:
        rule["for"] = f"{alert.for_minutes}m"
    if alert.keep_minutes:
        rule["keep_firing_for"] = f"{alert.keep_minutes}m"
    return rule | {"labels": alert.labels, "annotations": alert.annotations}


def _watcher(id: str, expr: str, for_minutes: int, keep_minutes: int, severity: str) -> Alert:
    return Alert(
        name=alert_name(id),
        expr=expr,
        for_minutes=for_minutes,
        keep_minutes=keep_minutes,
        labels={"severity": severity, "incident_class": "watcher"},
        annotations={
            "summary": texts().text("vi", f"watcher.{id}.summary"),
            "summary_en": texts().text("en", f"watcher.{id}.summary"),
            "remedy": texts().text("vi", f"watcher.{id}.remedy"),
            "remedy_en": texts().text("en", f"watcher.{id}.remedy"),
        },
    )


WATCHERS = (
    # Always firing: an outside checker notices when it no longer arrives.
    _watcher("watchdog", "vector(1)", 0, 0, "none"),
    _watcher(
        "collector-down",
        'up{job="wardwatch"} == 0 or absent(up{job="wardwatch"})',
        2,
        KEEP_MINUTES,
        "critical",
    ),
    _watcher(
        "judgement-stopped",
        "time() - wardwatch_judged_timestamp_seconds > 300 "
        'or (absent(wardwatch_judged_timestamp_seconds) and on() up{job="wardwatch"} == 1)',
        # After a start the duties listen for a while before they judge.
        5,
        KEEP_MINUTES,
        "critical",
    ),
    # Four hours: enough to write, have signed and send the paper on one working half-day.
    _watcher(
        "obligation-due",
        "wardwatch_obligation_due_timestamp_seconds - time() < 4 * 3600",
        0,
        0,
        "critical",
    ),
)
