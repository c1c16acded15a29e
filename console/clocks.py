"""The legal clocks as people read them: what is due, when, to whom, on what basis. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from alerts.obligations import ObligationState, recurring
from alerts.office import Office
from alerts.policy import shipped
from alerts.queries import Duty
from collector.messages import Language


class Clock(Struct, frozen=True):
    """One obligation in words."""

    incident: str
    obligation: str
    state: ObligationState
    due_at: datetime | None
    name: str
    to: str
    basis: str


COMING_DAYS = 60
"""How long before its date a yearly report is shown: it takes weeks to gather."""


class Coming(Struct, frozen=True):
    """One yearly report; it must be sent before the start of `due_on`."""

    name: str
    to: str
    due_on: date
    days_left: int


def coming(office: Office, language: Language) -> tuple[Coming, ...]:
    """The yearly reports of the next weeks, soonest first, by the site's own calendar."""
    today = office.now.astimezone(ZoneInfo(office.inventory.site.timezone)).date()
    return tuple(
        Coming(getattr(row.name, language), getattr(row.to, language), one.due_on, one.days_left)
        for one in recurring(shipped(), today)
        if one.days_left <= COMING_DAYS and (row := shipped().obligation(one.obligation))
    )


def running(duties: Iterable[Duty], language: Language) -> tuple[Clock, ...]:
    """Those that count now, soonest due first; one whose start is still to come is not among them."""
    return tuple(
        told(duty, language)
        for duty in duties
        if duty.due_at is not None and duty.state in {"counting", "overdue"}
    )


def told(duty: Duty, language: Language) -> Clock:
    """By the policy; one that a later policy dropped keeps its id for a name."""
    row = shipped().obligation(duty.obligation)
    if row is None:
        name, to, basis = duty.obligation, "", ""
    else:
        name, to = getattr(row.name, language), getattr(row.to, language)
        basis = f"{row.cite.document}, {row.cite.article}"
    return Clock(duty.incident, duty.obligation, duty.state, duty.due_at, name, to, basis)
