"""Judgement's families: findings, incidents, legal clocks and the figures of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import get_args

from alerts.finding import Finding, Kind
from alerts.incidents import Incident, IncidentState, Level
from alerts.office import Office
from alerts.queries import Duty
from alerts.rules import RULES
from alerts.targets import Target
from collector.exposition import Family, Sample


def families(
    office: Office,
    findings: Sequence[Finding],
    figures: Iterable[Target],
    incidents: Iterable[Incident],
    duties: Iterable[Duty],
    judged_at: datetime | None = None,
) -> tuple[Family, ...]:
    """Every rule and subject keeps its series for ever, so that a dead PC clears no alert.

    `judged_at` is when the duties last judged and wrote down, None when they did not or failed:
    the findings here may be fresher, but only what the duties do opens incidents.
    """
    site = office.inventory.site.id
    return (
        _findings(
            "wardwatch_finding", "1 where the rule fails for that asset", "fail", findings, site
        ),
        _findings(
            "wardwatch_finding_unknown",
            "1 where the rule could not be judged for that asset",
            "unknown",
            findings,
            site,
        ),
        Family(
            "wardwatch_judged_timestamp_seconds",
            "gauge",
            "When the duties last judged and recorded; no series while they fail",
            (Sample({"site": site}, judged_at.timestamp()),) if judged_at else (),
        ),
        _incidents(incidents, site),
        _clocks(duties, site),
        *_figures(figures, site),
    )


def _findings(name: str, help: str, verdict: str, findings: Iterable[Finding], site: str) -> Family:
    return Family(
        name,
        "gauge",
        help,
        tuple(
            Sample(
                {
                    "rule": one.rule,
                    "item": str(RULES[one.rule].item),
                    "severity": RULES[one.rule].severity,
                    "asset": one.subject,
                    "site": site,
                },
                float(one.verdict == verdict),
            )
            for one in findings
        ),
    )


def _incidents(incidents: Iterable[Incident], site: str) -> Family:
    """Every combination has its series, so that the first incident is an increase, not a birth."""
    count = Counter((one.kind, one.level, one.state) for one in incidents if not one.drill)
    kinds: tuple[Kind, ...] = get_args(Kind)
    levels: tuple[Level, ...] = get_args(Level)
    states: tuple[IncidentState, ...] = get_args(IncidentState)
    return Family(
        "wardwatch_incidents",
        "gauge",
        "Incidents by kind, severity (M1 worst) and state; drills are not counted",
        tuple(
            Sample(
                {"kind": kind, "severity": level, "state": state, "site": site},
                count[kind, level, state],
            )
            for kind in kinds
            for level in levels
            for state in states
        ),
    )


def _clocks(duties: Iterable[Duty], site: str) -> Family:
    return Family(
        "wardwatch_obligation_due_timestamp_seconds",
        "gauge",
        "When an open obligation is due; the series ends once it is sent or set aside",
        tuple(
            Sample(
                {"incident": one.incident, "obligation": one.obligation, "site": site},
                one.due_at.timestamp(),
            )
            for one in duties
            if one.due_at is not None and one.state in {"counting", "overdue"}
        ),
    )


def _figures(figures: Iterable[Target], site: str) -> Iterable[Family]:
    rows = [({"item": str(one.item), "site": site}, one) for one in figures]
    yield Family(
        "wardwatch_target_ratio",
        "gauge",
        "Share of the plan's item that passes; what is unknown does not",
        tuple(Sample(labels, one.ratio) for labels, one in rows if one.ratio is not None),
    )
    for verdict in ("passing", "failing", "unknown"):
        yield Family(
            f"wardwatch_target_{verdict}",
            "gauge",
            f"Subjects of the plan's item that are {verdict}",
            tuple(Sample(labels, getattr(one, verdict)) for labels, one in rows),
        )
