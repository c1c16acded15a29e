"""Grafana's provisioning: where the series are, its dashboards, its alert rules and who hears of them.

Shapes of Grafana 12's files; a word that is none of theirs stops Grafana at its start, so each
enumeration is checked against its closed list before anything is written.
"""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

from alerts.render.rules import Alert, alerts

FOLDER = "CNTT phường"
NoData = Literal["NoData", "Alerting", "OK", "KeepLast"]
OnError = Literal["Error", "Alerting", "OK", "KeepLast"]
NEVER_GONE, GONE = 60, 2
"""Evaluations that a vanished series keeps its alert. A finding's series is there for ever: one that
is gone for less than an hour says nothing. Of the others only those that fire have a series."""
FINDING = re.compile(r"(wardwatch_finding\{[^}]*\}) == 1")


def datasources() -> dict[str, Any]:
    """The Prometheus beside it."""
    source = {
        "name": "Prometheus",
        "uid": "wardwatch",
        "type": "prometheus",
        "access": "proxy",
        "orgId": 1,
        "url": "http://127.0.0.1:9090",
        "isDefault": True,
        "editable": False,
        "jsonData": {"httpMethod": "POST", "timeInterval": "30s"},
    }
    return {"apiVersion": 1, "datasources": [source]}


def providers() -> dict[str, Any]:
    """Where the dashboards lie."""
    provider = {
        "name": "wardwatch",
        "orgId": 1,
        "type": "file",
        "folder": FOLDER,
        "disableDeletion": True,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": "/etc/grafana/dashboards"},
    }
    return {"apiVersion": 1, "providers": [provider]}


def alerting() -> dict[str, Any]:
    """Alert rules, contact points, the one policy tree and the hours in which nobody is told."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in alerts():
        groups.setdefault(one.labels["incident_class"], []).append(_rule(one))
    return {
        "apiVersion": 1,
        "groups": [
            {"orgId": 1, "name": name, "folder": FOLDER, "interval": "1m", "rules": rules}
            for name, rules in groups.items()
        ],
        "contactPoints": [_officer()],
        "policies": [_policy()],
        "muteTimes": [_out_of_hours()],
    }


def _officer() -> dict[str, Any]:
    """Hears of it by mail."""
    return {
        "orgId": 1,
        "name": "it-officer",
        "receivers": [
            {
                "uid": "wardwatch-mail",
                "type": "email",
                # From the environment, so that no address of an office stands here.
                "settings": {"addresses": "$WARDWATCH_MAIL_TO", "singleEmail": True},
            }
        ],
    }


def _policy() -> dict[str, Any]:
    """What is not critical waits for the office's hours."""
    return {
        "orgId": 1,
        "receiver": "it-officer",
        "group_by": ["incident_class", "site"],
        "group_wait": "1m",
        "group_interval": "10m",
        "repeat_interval": "12h",
        "routes": [
            {
                "receiver": "it-officer",
                "object_matchers": [["alertname", "=", title("Watchdog")]],
                "group_wait": "0s",
                "repeat_interval": "24h",
            },
            {
                "receiver": "it-officer",
                "object_matchers": [["severity", "!=", "critical"]],
                "mute_time_intervals": ["ngoai-gio"],
            },
        ],
    }


def _out_of_hours() -> dict[str, Any]:
    return {
        "orgId": 1,
        "name": "ngoai-gio",
        "time_intervals": [
            {"weekdays": ["saturday", "sunday"], "location": "Asia/Ho_Chi_Minh"},
            {
                "times": [
                    {"start_time": "00:00", "end_time": "07:30"},
                    {"start_time": "17:00", "end_time": "24:00"},
                ],
                "location": "Asia/Ho_Chi_Minh",
            },
        ],
    }


def title(name: str) -> str:
    """What Grafana calls the alert: its Vietnamese summary, without the asset."""
    alert = next(one for one in alerts() if one.name == name)
    return alert.annotations["summary"].partition(": {{")[0]


def _rule(alert: Alert) -> dict[str, Any]:
    finding = FINDING.fullmatch(alert.expr)
    # A collector that is down is told once, by its own alert: all others keep what they last said.
    without = "Alerting" if alert.name in {"CollectorDown", "Watchdog"} else "KeepLast"
    figure = {"refId": "A", "expr": finding[1] if finding else told(alert), "instant": True}
    above_zero = {"evaluator": {"type": "gt", "params": [0]}}
    threshold = {"refId": "C", "type": "threshold", "expression": "A", "conditions": [above_zero]}
    return {
        "uid": uid(alert.name),
        "title": title(alert.name),
        "condition": "C",
        "data": [
            {
                "refId": "A",
                "datasourceUid": "wardwatch",
                "relativeTimeRange": {"from": 600, "to": 0},
                "model": figure,
            },
            {
                "refId": "C",
                "datasourceUid": "__expr__",
                "relativeTimeRange": {"from": 0, "to": 0},
                "model": threshold,
            },
        ],
        "for": f"{alert.for_minutes}m",
        "keepFiringFor": f"{alert.keep_minutes}m",
        "missing_series_evals_to_resolve": NEVER_GONE if finding else GONE,
        "noDataState": _of(without, NoData),
        "execErrState": _of(without, OnError),
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
    }


def told(alert: Alert) -> str:
    """The alert as a figure that is always there: 1 with its labels where it fires, else 0."""
    return f"({alert.expr}) * 0 + 1 or vector(0)"


def uid(name: str) -> str:
    """Stable, and at most the 40 letters that Grafana takes."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
    found = f"ww-{words}"
    if len(found) > 40:
        raise ValueError(f"{found} is too long for Grafana: a shorter id of the rule is needed")
    return found


def _of(word: str, allowed: Any) -> str:
    if word not in get_args(allowed):
        raise ValueError(
            f"{word} is none of {', '.join(get_args(allowed))}: Grafana would not start"
        )
    return word
