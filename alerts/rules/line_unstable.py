"""Rule line-unstable: a line loses little and does not waver."""

from __future__ import annotations

from statistics import mean

from alerts.finding import Evidence, Finding, Seen, Values
from alerts.office import Office
from alerts.rules.line_down import UNWATCHED_AFTER
from alerts.rules.rule import Rule
from collector.inventory.model import Line
from collector.line_readings import LineReading
from collector.readings import Verdict


def judge(office: Office, line: Line) -> Finding:
    """By the last quarter of an hour. At a limit is sound."""
    limits = office.inventory.rules.line_unstable
    readings = office.state.lines.get(line.id, ())
    if not readings:
        return Finding("line-unstable", line.id, "unknown", "never-looked")
    newest = readings[0]
    lost, wavers = _lost(readings), _wavers(readings)
    values: Values = {
        "lost_ratio": round(lost, 4),
        "jitter_ms": round(wavers * 1000, 1),
    }
    evidence = (Evidence(line.id, "line", (Seen("line-quality", values),), None, newest.at),)
    if office.now - newest.at > UNWATCHED_AFTER:
        old: Values = {"seen_at": newest.at.isoformat()}
        return Finding("line-unstable", line.id, "unknown", "unwatched", old, evidence)
    because = "steady"
    if lost > limits.loss_ratio:
        because = "lossy"
    elif wavers > limits.jitter_seconds:
        because = "wavering"
    verdict = VERDICTS[because]
    at = newest.at if verdict == "fail" else None
    return Finding("line-unstable", line.id, verdict, because, values, evidence, signal_at=at)


VERDICTS: dict[str, Verdict] = {
    "steady": "pass",
    "lossy": "fail",
    "wavering": "fail",
}


def _lost(readings: tuple[LineReading, ...]) -> float:
    """Of what was asked while the line was up, at each look by its best target."""
    shares = [
        min(target.lost / target.asked for target in one.targets)
        for one in readings
        if one.up and one.targets
    ]
    return mean(shares) if shares else 0.0


def _wavers(readings: tuple[LineReading, ...]) -> float:
    told = [
        min(wavers)
        for one in readings
        if (wavers := [t.jitter_seconds for t in one.targets if t.jitter_seconds is not None])
    ]
    return mean(told) if told else 0.0


RULE = Rule(
    id="line-unstable",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.lines,
    judge=judge,
    tag="availability:outage",
)
