"""The pages of the Internet lines: all of them, and one of them with its plots and interruptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from alerts.words import texts
from collector.inventory.model import Inventory
from collector.lines import course
from collector.lines.course import Step
from collector.lines.interruptions import Interruption
from collector.lines.period import period
from collector.messages import Language
from console import line_rows, names
from console.pages.problems import not_found
from console.pages.render import desk, language, page
from console.pages.spans import asked, periods

HOURS_SHOWN = timedelta(days=14)


def line_list(request: Request) -> Response:
    """Every declared line, one row each, over a month."""
    moment = desk(request).moment()
    found = line_rows.rows(moment.office, moment.findings, periods(request))
    return page(
        request,
        "lines",
        here="lines",
        rows=found,
        up=sum(one.up is True for one in found),
        month=asked(request),
        exact=line_rows.exact,
    )


def line(request: Request) -> Response:
    """All that is known of one line."""
    here = desk(request)
    moment, month = here.moment(), asked(request)
    office, wanted = moment.office, request.path_params["id"]
    declared = office.inventory.line(wanted)
    if declared is None:
        return not_found(request, "error.missing")
    with here.store.read() as connection:
        told = period(connection, office.inventory, declared, month.first, month.last, here.clock())
        late = course.by_minutes(connection, wanted, here.clock())
        hours = course.by_hours(connection, wanted, here.clock() - HOURS_SHOWN)
    findings = tuple(one for one in moment.findings if one.subject == wanted)
    limits = office.inventory.rules.line_slow
    return page(
        request,
        "line",
        here="lines",
        row=line_rows.row(office, declared, (one.verdict for one in findings), told),
        told=told,
        lost=tuple(reversed(told.lost)),
        findings=findings,
        month=month,
        late=late,
        hours=hours,
        days=told.days,
        rates=line_rows.rates(declared, told.measured, limits.least_ratio),
        tests=tuple(reversed(told.tests)),
        exact=line_rows.exact,
        top=line_rows.top,
        milliseconds=_milliseconds,
        bottom=line_rows.bottom,
        votes=line_rows.votes,
        devices=line_rows.devices,
        reason=partial(reason, office.inventory, language(request)),
        stamp=_stamp,
    )


def _milliseconds(steps: Sequence[Step]) -> int:
    """Where the axis of latency and jitter ends."""
    told = (value for one in steps for value in (one.latency_seconds, one.jitter_seconds))
    return line_rows.top(value * 1000 for value in told if value is not None)


def reason(inventory: Inventory, spoken: Language, one: Interruption) -> str:
    """Why that party is to blame, in words."""
    subject = names.label(inventory, one.subject) if one.subject else ""
    return texts().text(spoken, f"blame.{one.because}", subject=subject)


def _stamp(day: date) -> int:
    """Noon, so that the browser's own time zone does not turn it into another day."""
    return int(datetime.combine(day, time(5), UTC).timestamp())
