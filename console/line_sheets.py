"""The tables of the lines as files: every line of a month, interruptions, speed tests, days."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from alerts.words import texts
from collector.inventory.model import Inventory
from collector.lines.blame import stop
from collector.lines.period import LinePeriod
from collector.lines.speed_tests import Measured
from collector.lines.votes import COLLECTOR
from collector.readings import Verdict
from console import line_rows, names
from console.line_rows import LineRow, exact, minutes
from console.pages.render import desk, words
from console.pages.spans import periods
from console.sheets import Sheet, Value
from console.words import Words


def line_sheet(request: Request) -> Sheet:
    """Every line, a row each, over the month that was asked for."""
    w, moment = words(request), desk(request).moment()
    found = line_rows.rows(moment.office, moment.findings, periods(request))
    heads = (
        *("line", "provider", "contract", "now", "verdicts", "office", "all", "interruptions"),
        *("minutes", "office-minutes", "of-provider", "unseen-office", "down", "up"),
        *("paid-down", "paid-up", "tested"),
    )
    return Sheet(
        w.text("lines.title"),
        tuple(w.text(f"line-sheet.{head}") for head in heads),
        tuple(_line(w, one) for one in found),
    )


def _line(w: Words, one: LineRow) -> tuple[Value, ...]:
    told, tested = one.told, one.rates
    return (
        *(one.line.name, one.line.provider, one.line.contract),
        *(w.text(f"lines.{PRESENCE[one.presence]}"), w.text(f"verdict.{one.verdict}")),
        *(exact(told.total.office_ratio), exact(told.total.all_ratio), len(told.lost)),
        minutes(sum(lost.seconds for lost in told.lost)),
        minutes(sum(lost.office_seconds for lost in told.lost)),
        minutes(told.seconds_of_provider(office=True)),
        minutes(told.unseen_office_seconds),
        *((round(tested.down, 1), round(tested.up, 1)) if tested else (None, None)),
        *(one.line.down_mbit_per_second, one.line.up_mbit_per_second),
        tested.test.at if tested else None,
    )


PRESENCE: dict[Verdict, str] = {"pass": "up", "fail": "down", "unknown": "unread"}


def interruption_sheet(request: Request) -> Sheet:
    """Interruptions of the month, newest first, each with its cause and the votes."""
    w = words(request)
    heads = ("line", "began", "ended", "minutes", "office-minutes", "party", "because", "votes")
    return Sheet(
        w.text("line.interruptions"),
        tuple(w.text(f"line-sheet.{head}") for head in heads),
        tuple(row for told in _wanted(request) for row in _interruptions(w, request, told)),
    )


def _interruptions(w: Words, request: Request, told: LinePeriod) -> list[tuple[Value, ...]]:
    inventory = desk(request).source.current()
    found: list[tuple[Value, ...]] = []
    for lost in reversed(told.lost):
        one = lost.interruption
        subject = names.label(inventory, one.subject) if one.subject else ""
        because = texts().text(w.language, f"blame.{one.because}", subject=subject)
        votes = "; ".join(
            f"{_observer(w, inventory, vote.asset)}: {w.text(f'line-stop.{stop(vote)}')}"
            + (f" (#{vote.report})" if vote.report is not None else "")
            for vote in one.votes
        )
        found.append(
            (
                *(names.label(inventory, one.line), one.began_at, one.ended_at),
                *(minutes(lost.seconds), minutes(lost.office_seconds)),
                *(w.alerts(f"party.{one.party}"), because, votes),
            )
        )
    return found


def _observer(w: Words, inventory: Inventory, asset: str) -> str:
    """The collector's own machine may stand in no inventory."""
    return w.text("line.collector") if asset == COLLECTOR else names.label(inventory, asset)


def test_sheet(request: Request) -> Sheet:
    """Speed tests of the month, newest first, those without figures too."""
    w, inventory = words(request), desk(request).source.current()
    heads = (
        *("line", "at", "machine", "method", "server", "scope", "down", "up", "paid-down"),
        *("paid-up", "latency", "jitter", "bytes", "error", "record"),
    )
    return Sheet(
        w.text("line.tests"),
        tuple(w.text(f"line-sheet.{head}") for head in heads),
        tuple(
            _test(w, inventory, one) for told in _wanted(request) for one in reversed(told.tests)
        ),
    )


def _test(w: Words, inventory: Inventory, one: Measured) -> tuple[Value, ...]:
    line = inventory.line(one.line)
    paid = (line.down_mbit_per_second, line.up_mbit_per_second) if line else (None, None)
    return (
        *(names.label(inventory, one.line), one.at, names.label(inventory, one.asset)),
        *(one.provider, one.server, one.scope),
        *(_mbit(one.down_bits_per_second), _mbit(one.up_bits_per_second), *paid),
        *(_ms(one.latency_seconds), _ms(one.jitter_seconds), one.bytes_used),
        *(w.said(one.error) if one.error else None, one.report),
    )


def day_sheet(request: Request) -> Sheet:
    """Each day's availability in the month, and how much of it was looked at."""
    w, inventory = words(request), desk(request).source.current()
    heads = ("line", "day", "office", "all", "office-seen", "seen")
    return Sheet(
        w.text("line.days"),
        tuple(w.text(f"line-sheet.{head}") for head in heads),
        tuple(
            (
                *(names.label(inventory, told.line), day.isoformat()),
                *(exact(seen.office_ratio), exact(seen.all_ratio)),
                *(minutes(seen.office_seconds), minutes(seen.all_seconds)),
            )
            for told in _wanted(request)
            for day, seen in told.days.items()
        ),
    )


def _wanted(request: Request) -> Sequence[LinePeriod]:
    """Of the one line that was asked for, else of all."""
    wanted = request.query_params.get("line")
    return [told for name, told in periods(request).items() if wanted in (None, "", name)]


def _mbit(bits: float | None) -> float | None:
    return None if bits is None else round(bits / line_rows.MBIT, 1)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
