"""Rule line-slow: a line is as fast as its contract, by the newest speed tests over the Internet."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen, Values
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Line
from collector.lines.facts import LineFacts, Speed

MBIT = 1_000_000
OLD = timedelta(days=7)


def judge(office: Office, line: Line) -> Finding:
    """Slow where enough of the newest tests fall short, either way; exactly at the share is not."""
    limits = office.inventory.rules.line_slow
    facts = office.state.line_facts.get(line.id, LineFacts())
    told = [one for one in facts.speeds if one.scope == "internet"][: limits.of_tests]
    if not told:
        because = "never-measured" if line.speed_test else "not-measured"
        return Finding("line-slow", line.id, "unknown", because)
    evidence = tuple(_evidence(line, one) for one in told)
    if office.now - told[0].at > OLD:
        values = {"seen_at": told[0].at.isoformat()}
        return Finding("line-slow", line.id, "unknown", "old", values, evidence)
    slow = [one for one in told if _is_slow(line, one, limits.least_ratio)]
    told_values: Values = {
        "slow": len(slow),
        "tests": len(told),
        "least_ratio": limits.least_ratio,
        "down": round(told[0].down_bits_per_second / MBIT, 1),
        "up": round(told[0].up_bits_per_second / MBIT, 1),
        "paid_down": line.down_mbit_per_second,
        "paid_up": line.up_mbit_per_second,
    }
    if len(slow) >= limits.slow_tests:
        at = told[0].at
        return Finding("line-slow", line.id, "fail", "slow", told_values, evidence, signal_at=at)
    if slow and len(told) < limits.slow_tests:
        return Finding("line-slow", line.id, "unknown", "few", told_values, evidence)
    return Finding("line-slow", line.id, "pass", "fast", told_values, evidence)


def _is_slow(line: Line, one: Speed, least_ratio: float) -> bool:
    down, up = line.down_mbit_per_second * MBIT, line.up_mbit_per_second * MBIT
    return (
        one.down_bits_per_second < least_ratio * down or one.up_bits_per_second < least_ratio * up
    )


def _evidence(line: Line, one: Speed) -> Evidence:
    values = {
        "down": round(one.down_bits_per_second / MBIT, 1),
        "up": round(one.up_bits_per_second / MBIT, 1),
    }
    return Evidence(one.asset or line.id, "bandwidth", (Seen("speed", values),), one.report, one.at)


RULE = Rule(
    id="line-slow",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.lines,
    judge=judge,
    tag="availability:outage",
)
