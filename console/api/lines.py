"""What the API tells of the Internet lines, and their papers: each value as its page shows it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from alerts.documents.redaction import Disclosure
from alerts.finding import Finding
from collector.inventory.model import Line
from collector.lines import course
from collector.lines.course import Step
from collector.lines.facts import Cause
from collector.lines.interruptions import Interruption
from collector.lines.period import LinePeriod, Lost, Share, month_of, period
from collector.readings import Verdict
from console import line_rows, making
from console.api.operation import File, Operation, missing, read, user
from console.api.papers import taken
from console.line_papers import LineError
from console.line_rows import LineRow, Rates, Vote
from console.pages.lines import HOURS_SHOWN, reason
from console.pages.problems import number
from console.pages.render import desk, language
from console.pages.spans import Month, asked, periods
from console.papers import MEDIA, Format

MONTH = "The month that figures are of: 2026-11; by default this one."


class LineState(Struct, frozen=True):
    """One declared line now, and its availability over a month."""

    id: str
    name: str
    provider: str
    down_mbit_per_second: float
    up_mbit_per_second: float
    up: bool | None
    """None: nobody looks."""
    latency_seconds: float | None
    verdict: Verdict
    cause: Cause | None
    """Of the interruption that lasts now."""
    availability_ratio: float | None
    office_availability_ratio: float | None
    unseen_seconds: float
    unseen_office_seconds: float
    shares: tuple[Share, ...]
    """What each party is to blame for, the costliest first."""
    rates: Rates | None
    """The newest test over the Internet against the contract."""


class Outage(Struct, frozen=True):
    """One interruption: what it took of the month, whose it was and why, and who says so."""

    interruption: Interruption
    seconds: float
    office_seconds: float
    reason: str
    votes: tuple[Vote, ...]
    devices: tuple[str, ...]
    """What switch, router and UPS told while it lasted."""


class OneLine(Struct, frozen=True):
    """One line with all that its page shows."""

    line: LineState
    month: str
    period: LinePeriod
    """Day by day, with every speed test that was made."""
    outages: tuple[Outage, ...]
    """Newest first."""
    rates: tuple[Rates, ...]
    """Tests that came to figures against the contract, oldest first."""
    findings: tuple[Finding, ...]
    ten_minutes: tuple[Step, ...]
    hours: tuple[Step, ...]


class MonthWish(Struct, frozen=True, forbid_unknown_fields=True):
    """The sheet of which month."""

    month: str
    format: Format = "pdf"


class NoticeWish(Struct, frozen=True, forbid_unknown_fields=True):
    """The notice to the provider."""

    format: Literal["pdf", "docx"] = "pdf"


def line_list(request: Request) -> tuple[LineState, ...]:
    """Every declared line now, with its availability over a month."""
    _month(request)
    moment = desk(request).moment()
    return tuple(map(_state, line_rows.rows(moment.office, moment.findings, periods(request))))


def line(request: Request) -> OneLine:
    """One line: state, availability, interruptions with causes and votes, speed tests."""
    here, month, declared = desk(request), _month(request), _declared(request)
    moment = here.moment()
    office, now = moment.office, here.clock()
    with here.store.read() as connection:
        told = period(connection, office.inventory, declared, month.first, month.last, now)
        late = course.by_minutes(connection, declared.id, now)
        hours = course.by_hours(connection, declared.id, now - HOURS_SHOWN)
    findings = tuple(one for one in moment.findings if one.subject == declared.id)
    verdicts = (one.verdict for one in findings)
    return OneLine(
        line=_state(line_rows.row(office, declared, verdicts, told)),
        month=month.text,
        period=told,
        outages=tuple(_outage(request, one) for one in reversed(told.lost)),
        rates=line_rows.rates(
            declared, told.measured, office.inventory.rules.line_slow.least_ratio
        ),
        findings=findings,
        ten_minutes=late,
        hours=hours,
    )


def line_month(request: Request, asked_for: MonthWish) -> File:
    """Make the month's sheet of one line; the same month gives the same bytes."""
    declared = _declared(request)
    wish = making.LineWish(declared.id, asked_for.format)
    try:
        made = making.line_month(desk(request), user(request), wish, asked_for.month, Disclosure())
    except LineError as error:
        raise HTTPException(409, str(error)) from error
    return taken(made)


def line_outage(request: Request, asked_for: NoticeWish) -> File:
    """Make the notice to the provider about one interruption."""
    wish = making.LineWish(_declared(request).id, asked_for.format)
    which = number(request, "number")
    return taken(making.line_outage(desk(request), user(request), wish, which, Disclosure()))


def _declared(request: Request) -> Line:
    wanted = request.path_params["id"]
    found = desk(request).source.current().line(wanted)
    if found is None:
        raise missing(f"no line {wanted} is declared", "/api/lines")
    return found


def _month(request: Request) -> Month:
    text = request.query_params.get("month")
    if text is not None and month_of(text) is None:
        raise HTTPException(400, "month is one such as 2026-11")
    return asked(request)


def _state(row: LineRow) -> LineState:
    total = row.told.total
    return LineState(
        id=row.line.id,
        name=row.line.name,
        provider=row.line.provider,
        down_mbit_per_second=row.line.down_mbit_per_second,
        up_mbit_per_second=row.line.up_mbit_per_second,
        up=row.up,
        latency_seconds=row.latency_seconds,
        verdict=row.verdict,
        cause=row.cause,
        availability_ratio=total.all_ratio,
        office_availability_ratio=total.office_ratio,
        unseen_seconds=row.told.unseen_seconds,
        unseen_office_seconds=row.told.unseen_office_seconds,
        shares=row.told.shares,
        rates=row.rates,
    )


def _outage(request: Request, lost: Lost) -> Outage:
    one = lost.interruption
    return Outage(
        interruption=one,
        seconds=lost.seconds,
        office_seconds=lost.office_seconds,
        reason=reason(desk(request).source.current(), language(request), one),
        votes=line_rows.votes(one.votes),
        devices=line_rows.devices(one.around),
    )


OPERATIONS: tuple[Operation, ...] = (
    read("/api/lines", line_list, tuple[LineState, ...], month=MONTH),
    read("/api/lines/{id}", line, OneLine, month=MONTH),
    Operation(
        "POST", "/api/lines/{id}/month", line_month, body=MonthWish, media=tuple(MEDIA.values())
    ),
    Operation(
        "POST",
        "/api/lines/{id}/outage/{number:int}",
        line_outage,
        body=NoticeWish,
        media=(MEDIA["pdf"], MEDIA["docx"]),
    ),
)
