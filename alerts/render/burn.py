"""The line's promise as burn-rate alerts: 99.5 % of 30 days, and how fast its allowance is used up.

Each alert needs two windows: the long one says that it matters, the short one that it goes on.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from alerts.words import texts
from collector.messages import Language

SLO_RATIO = 0.995
"""Good is a look at which at least one of the independent targets answered."""
UP = "wardwatch_line_up"


class Burn(Struct, frozen=True):
    """One speed of using up: at `factor` times what lasts for 30 days."""

    id: str
    factor: float
    long: str
    short: str
    severity: str


BURNS = (
    # 2 % of the month's allowance within an hour; 5 % within six; 10 % within three days.
    Burn("fast", 14.4, "1h", "5m", "critical"),
    Burn("middle", 6, "6h", "30m", "critical"),
    Burn("slow", 1, "3d", "2h", "warning"),
)


def document() -> dict[str, Any]:
    """The rules file as Prometheus reads it: one of its own, as its tests run over days."""
    rules = [_rule(one) for one in BURNS]
    return {"groups": [{"name": "lines", "interval": "1m", "rules": rules}]}


def unit_tests(rules_file: str) -> dict[str, Any]:
    """The test file for `promtool test rules`."""
    return {"rule_files": [rules_file], "evaluation_interval": "1m", "tests": _tests()}


def name(burn: Burn) -> str:
    """As Prometheus knows it."""
    return f"LineBurns{burn.id.capitalize()}"


def expr(burn: Burn) -> str:
    """Both windows beyond the limit, of a line that was looked at when the long one began.

    An average over less says nothing of the month: ten minutes down in the first hour are 17 % of
    that hour. Until then it is not known, and `line-down` tells of each outage all the same.
    """
    limit = f"{burn.factor} * {round(1 - SLO_RATIO, 6)}"
    sides = (f"1 - avg_over_time({UP}[{window}]) > {limit}" for window in (burn.long, burn.short))
    known = f"present_over_time({UP}[{burn.short}] offset {burn.long})"
    return " and ".join((*(f"({side})" for side in sides), known))


def _rule(burn: Burn) -> dict[str, Any]:
    return {
        "alert": name(burn),
        "expr": expr(burn),
        "keep_firing_for": "10m",
        "labels": {"severity": burn.severity, "incident_class": "infrastructure"},
        "annotations": {
            "summary": _named("vi", burn),
            "summary_en": _named("en", burn),
            "remedy": texts().text("vi", "burn.remedy"),
            "remedy_en": texts().text("en", "burn.remedy"),
        },
    }


def _named(language: Language, burn: Burn) -> str:
    return texts().text(language, f"burn.summary-{burn.id}") + ": {{ $labels.line }}"


LABELS = {"asset": "duong-chinh", "site": "hoa-mai", "line": "duong-chinh"}
SERIES = UP + "{" + ",".join(f'{key}="{value}"' for key, value in LABELS.items()) + "}"


def _tests() -> list[dict[str, Any]]:
    """Promtool's unit tests: both sides of each limit, and that both windows are needed."""
    fast, middle, slow = BURNS
    return [
        # 7.2 % of an hour are 259 s: silent for five minutes at the hour's end is beyond it.
        _told("a line down for five minutes", "1x720 0x10 1x80", [
            # 4.5 minutes of silence begin at 360m30s: 7.2 % of an hour are passed with the fifth.
            ("363m", fast, False),
            ("366m", fast, True),
            ("366m", middle, False),
            # The short window is clean again; the alert is kept for ten minutes, then let go.
            ("373m", fast, True),
            ("390m", fast, False),
        ]),
        # 3 % of six hours are 648 s: eleven minutes within half an hour.
        _told("a line down for eleven minutes of six hours", "1x720 0x24 1x60", [
            ("368m", middle, False),
            ("373m", middle, True),
        ]),
        # Half a percent of three days are 21.6 minutes.
        _told("a line down for twenty-five minutes of three days", "1x8640 0x49 1x400", [
            ("4338m", slow, False),
            ("4346m", slow, True),
            ("4460m", slow, True),
            ("4500m", slow, False),
        ]),
        # Ten minutes down right after the first look: far beyond each limit, of far too little.
        _told("a line that is new", "0x20 1x200", [
            ("12m", fast, False),
            ("12m", middle, False),
            ("12m", slow, False),
        ]),
        # Half an hour into the second hour the long window is known, and it burns.
        _told("a line that is known for as long as it takes", "1x130 0x20 1x20", [
            ("74m", fast, True),
            ("74m", middle, False),
        ]),
        _told("a line that is up", "1x200", [
            ("90m", fast, False),
            ("90m", middle, False),
            ("90m", slow, False),
        ]),
    ]  # fmt: skip


def _told(title: str, values: str, moments: list[tuple[str, Burn, bool]]) -> dict[str, Any]:
    return {
        "name": title,
        "interval": "30s",
        "input_series": [{"series": SERIES, "values": values}],
        "alert_rule_test": [
            {
                "eval_time": at,
                "alertname": name(burn),
                "exp_alerts": [_firing(burn)] if fires else [],
            }
            for at, burn, fires in moments
        ],
    }


def _firing(burn: Burn) -> dict[str, Any]:
    rule = _rule(burn)
    filled = {
        key: text.replace("{{ $labels.line }}", LABELS["line"])
        for key, text in rule["annotations"].items()
    }
    return {"exp_labels": {**LABELS, **rule["labels"]}, "exp_annotations": filled}
