"""Legal clocks: which obligations an incident has, when each is due, and how it stands at a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from alerts.incidents import SERIOUS, Incident
from alerts.policy import Condition, Obligation, Policy

ObligationState = Literal["counting", "sent", "overdue", "not_applicable"]

LEGAL_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
"""The law's own time, whatever a machine or a site is set to."""

CONDITIONS: dict[Condition, Callable[[Incident], bool]] = {
    "security": lambda incident: incident.kind == "security",
    "serious": lambda incident: incident.level in SERIOUS,
    "national-security-or-interruption": lambda incident: bool(
        {"national-security", "interruption"} & set(incident.flags)
    ),
    # Data that may be harmed, or is of the sensitive kind, is personal data as well.
    "personal-data": lambda incident: bool(
        {"personal-data", "personal-data-harm", "sensitive-data"} & set(incident.flags)
    ),
    "personal-data-harm": lambda incident: "personal-data-harm" in incident.flags,
    "sensitive-data": lambda incident: "sensitive-data" in incident.flags,
}


class Clock(Struct, frozen=True):
    """One obligation of one incident: due then, or not counting before its clock starts."""

    obligation: str
    due_at: datetime | None


class Recurring(Struct, frozen=True):
    """One report that is due every year; it must be sent before the start of `due_on`."""

    obligation: str
    due_on: date
    days_left: int


def obligations_of(incident: Incident, policy: Policy) -> tuple[Clock, ...]:
    """By the law in force on the day of T0. A drill and an operational incident have none."""
    if incident.drill or incident.kind != "security":
        return ()
    day = incident.starts_at.astimezone(LEGAL_TIME).date()
    return tuple(
        Clock(row.id, _due(row, incident))
        for row in policy.obligations
        if row.clock != "yearly"
        and row.applies.holds(day)
        and all(CONDITIONS[condition](incident) for condition in row.when)
    )


def state(
    stored: Literal["counting", "sent", "not_applicable"], due_at: datetime | None, now: datetime
) -> ObligationState:
    """As stored, but a clock that ran out is overdue. Due is the last moment that is in time."""
    if stored != "counting":
        return stored
    return "overdue" if due_at is not None and now > due_at else "counting"


def recurring(policy: Policy, today: date) -> tuple[Recurring, ...]:
    """The next date of every yearly obligation, soonest first; `today` by the site's calendar."""
    rows = (
        Recurring(row.id, due_on, (due_on - today).days)
        for row in policy.obligations
        if row.clock == "yearly"
        for due_on in _next_dates(row.due.before, today)
        if row.applies.holds(due_on)
    )
    return tuple(sorted(rows, key=lambda row: (row.due_on, row.obligation)))


def due_moment(due_on: date) -> datetime:
    """The last moment that is in time: the start of the day before which the report is due."""
    return datetime.combine(due_on, time(), LEGAL_TIME)


def _due(row: Obligation, incident: Incident) -> datetime | None:
    start = incident.starts_at if row.clock == "t0" else incident.fixed_at
    if start is None or row.due.hours is None:
        return None
    # Calendar hours, holidays count: an instant in UTC plus hours knows no calendar.
    return start + timedelta(hours=row.due.hours)


def _next_dates(month_days: Iterable[str], today: date) -> Iterable[date]:
    for month_day in month_days:
        month, day = map(int, month_day.split("-"))
        this_year = date(today.year, month, day)
        # "before 10 June": on the tenth itself it is too late, the next is a year away.
        yield this_year if today < this_year else date(today.year + 1, month, day)
