"""The rows of the list of lines: each line now, and what is kept of it over a month. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from math import floor

from msgspec import Struct

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.line_down import UNWATCHED_AFTER
from alerts.targets import worst
from collector.inventory.model import Line
from collector.lines.blame import Around, Observer, Stop, stop
from collector.lines.facts import Cause, LineFacts
from collector.lines.period import LinePeriod
from collector.lines.speed_tests import Measured
from collector.readings import Verdict

MBIT = 1_000_000


class Rates(Struct, frozen=True):
    """A test against the contract, Mbit/s and shares of what is paid for."""

    test: Measured
    down: float
    up: float
    down_ratio: float
    up_ratio: float
    verdict: Verdict


class LineRow(Struct, frozen=True):
    """One line at a glance."""

    line: Line
    up: bool | None
    """None: nobody looks."""
    latency_seconds: float | None
    verdict: Verdict
    """The worst of its findings."""
    cause: Cause | None
    """Of the interruption that lasts now."""
    told: LinePeriod
    rates: Rates | None
    """The newest test over the Internet."""

    @property
    def presence(self) -> Verdict:
        return {True: "pass", False: "fail", None: "unknown"}[self.up]  # type: ignore[return-value] # of three words

    @property
    def office_verdict(self) -> Verdict:
        """Whether there is a share of office hours at all; the finding judges it."""
        return "unknown" if self.told.total.office_ratio is None else "pass"


class Vote(Struct, frozen=True):
    """Where the way out ended for one machine, and the report that says so."""

    asset: str
    stop: Stop
    report: int | None


def rows(
    office: Office, findings: Iterable[Finding], periods: Mapping[str, LinePeriod]
) -> tuple[LineRow, ...]:
    """Every declared line that there is a period of, in the inventory's order."""
    by_subject: dict[str, list[Verdict]] = {}
    for finding in findings:
        by_subject.setdefault(finding.subject, []).append(finding.verdict)
    return tuple(
        row(office, line, by_subject.get(line.id, []), periods[line.id])
        for line in office.inventory.lines
        if line.id in periods
    )


def row(office: Office, line: Line, verdicts: Iterable[Verdict], told: LinePeriod) -> LineRow:
    """One line."""
    readings = office.state.lines.get(line.id, ())
    newest = readings[0] if readings and office.now - readings[0].at <= UNWATCHED_AFTER else None
    answered = [t.latency_seconds for t in newest.targets if t.latency_seconds] if newest else []
    least = office.inventory.rules.line_slow.least_ratio
    tested = rates(line, told.measured, least)
    return LineRow(
        line=line,
        up=newest.up if newest else None,
        latency_seconds=min(answered, default=None),
        verdict=worst(verdicts),
        cause=office.state.line_facts.get(line.id, LineFacts()).cause,
        told=told,
        rates=tested[-1] if tested else None,
    )


def rates(line: Line, tests: Iterable[Measured], least_ratio: float) -> tuple[Rates, ...]:
    """Tests with figures beside the contract, in the order in which they are given."""
    found = []
    for one in tests:
        if one.down_bits_per_second is None or one.up_bits_per_second is None:
            continue
        down, up = one.down_bits_per_second / MBIT, one.up_bits_per_second / MBIT
        shares = (down / line.down_mbit_per_second, up / line.up_mbit_per_second)
        fast = min(shares) >= least_ratio
        found.append(Rates(one, down, up, *shares, "pass" if fast else "fail"))
    return tuple(found)


def votes(observers: Iterable[Observer]) -> tuple[Vote, ...]:
    """What a verdict rests on."""
    return tuple(Vote(one.asset, stop(one), one.report) for one in observers)


def devices(around: Around) -> tuple[str, ...]:
    """What the devices around told, as keys of `line-around`."""
    told = (
        ("on-battery", around.on_battery),
        ("switch", around.switch_up),
        ("router", around.router_up),
    )
    return tuple(f"{name}-{'yes' if value else 'no'}" for name, value in told if value is not None)


def bottom(shares: Iterable[float | None]) -> int:
    """Where the axis of a plot of shares begins, in percent: what is all well fills no page."""
    least = min((one for one in shares if one is not None), default=1.0) * 100
    return next((edge for edge in (99, 90, 50) if least >= edge), 0)


def top(values: Iterable[float | None]) -> int:
    """Where the axis of a plot ends: the next of 1, 2, 5 times a power of ten."""
    most = max((one for one in values if one is not None), default=1.0)
    edge = 1
    while True:
        for step in (1, 2, 5):
            if most <= edge * step:
                return edge * step
        edge *= 10


def exact(ratio: float | None) -> float | None:
    """A share in percent with two places, cut and never rounded up: 99.998 is not 100."""
    return None if ratio is None else floor(ratio * 10_000 + 1e-9) / 100


def minutes(seconds: float) -> float:
    """Minutes, with one place."""
    return round(seconds / timedelta(minutes=1).total_seconds(), 1)
