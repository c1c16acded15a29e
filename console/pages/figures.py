"""The pages that lead a figure back to its readings: targets, findings, one record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from alerts.finding import Finding
from alerts.targets import Row
from alerts.words import because
from collector.readings import Verdict
from console import past, records
from console.desk import Desk, Moment
from console.pages import problems
from console.pages.problems import not_found
from console.pages.render import desk, page, words
from console.paging import Part, part
from console.past import Day
from console.words import Words

VERDICTS: tuple[Verdict, ...] = ("fail", "unknown", "pass")


def target_list(request: Request) -> Response:
    """Items 23, 27 and 28, each row with the findings and records that it rests on."""
    moment, history = desk(request).derived("past", partial(past_days, desk(request)))
    shown = tuple((one, worst_first(one.rows)) for one in moment.targets)
    wanted = {(why.rule, why.subject) for _, one in shown for row in one.rows for why in row.why}
    by = {
        (one.rule, one.subject): one for one in moment.findings if (one.rule, one.subject) in wanted
    }
    return page(
        request,
        "targets",
        here="targets",
        targets=shown,
        reasons=partial(_reasons, by, words(request)),
        records=_records,
        past=history,
        stamp=lambda day: int(datetime.combine(day, time(12), UTC).timestamp()),
    )


def past_days(here: Desk, moment: Moment) -> tuple[Day, ...]:
    """The three figures at the end of each of the last days."""
    with here.store.read() as connection:
        return past.days(connection, moment.office.inventory, moment.office.now)


def finding_list(request: Request) -> Response:
    """All verdicts, worst first, or those of one verdict or one rule."""
    _, (found, counts) = desk(request).derived("findings", _in_order)
    chosen, rule = request.query_params.get("verdict"), request.query_params.get("rule")
    shown = [
        one
        for one in found
        if (not chosen or one.verdict == chosen) and (not rule or one.rule == rule)
    ]
    return page(
        request,
        "findings",
        here="findings",
        part_of=part(shown, request.query_params.get("page")),
        chosen=chosen,
        rule=rule,
        counts={"all": len(found), **counts},
    )


def _in_order(moment: Moment) -> tuple[tuple[Finding, ...], dict[str, int]]:
    """Worst first, and how many of each verdict there are."""
    counts = Counter(one.verdict for one in moment.findings)
    found = sorted(moment.findings, key=lambda one: VERDICTS.index(one.verdict))
    return tuple(found), {one: counts[one] for one in VERDICTS}


def report(request: Request) -> Response:
    """One record as the PC sent it, byte for byte, with its checksum."""
    number = problems.number(request, "id")
    with desk(request).store.read() as connection:
        found = records.record(connection, number)
    if found is None:
        return not_found(request, "report.not-found", id=number)
    body = msgspec.json.format(found.body, indent=2)
    return page(request, "report", report=found, body=body)


def worst_first(rows: Sequence[Row]) -> Part[Row]:
    """What keeps an item from its goal stands on the page; the whole table is a file beside it."""
    return part(sorted(rows, key=lambda one: VERDICTS.index(one.verdict)), None)


def _reasons(by: dict[tuple[str, str], Finding], w: Words, row: Row) -> tuple[str, ...]:
    """Of a row that passes all its findings, else only those that keep it from passing."""
    mine = [by[one.rule, one.subject] for one in row.why if (one.rule, one.subject) in by]
    told = [one for one in mine if row.verdict == "pass" or one.verdict != "pass"]
    return tuple(dict.fromkeys(because(one, w.language, w.timezone) for one in told))


def _records(row: Row) -> list[int]:
    return sorted({report for one in row.why for report in one.reports})
