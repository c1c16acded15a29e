"""Which month a page of the lines was asked for, and what is kept of the lines in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from starlette.requests import Request

from collector.lines.period import LinePeriod, month_of, next_month, period
from console.pages.render import desk


class Month(Struct, frozen=True):
    """A month, and its neighbours as the address names them."""

    first: date
    last: date
    text: str
    before: str
    after: str | None
    """None: it has not begun."""


def asked(request: Request) -> Month:
    """The month of `?month=2026-11`; this one where none, or none that has begun, was asked for."""
    here = desk(request)
    zone = ZoneInfo(here.source.current().site.timezone)
    today = here.clock().astimezone(zone).date()
    span = month_of(request.query_params.get("month", ""))
    if span is None or span[0] > today:
        first = today.replace(day=1)
        span = (first, next_month(first) - timedelta(days=1))
    after = next_month(span[0])
    return Month(
        *span,
        text=f"{span[0]:%Y-%m}",
        before=f"{span[0] - timedelta(days=1):%Y-%m}",
        after=f"{after:%Y-%m}" if after <= today else None,
    )


def periods(request: Request) -> Mapping[str, LinePeriod]:
    """Every declared line over that month."""
    here, month = desk(request), asked(request)
    inventory, now = here.source.current(), here.clock()
    with here.store.read() as connection:
        return {
            line.id: period(connection, inventory, line, month.first, month.last, now)
            for line in inventory.lines
        }
