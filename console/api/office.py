"""What the API tells of the office as a whole: the answers, PCs, officials, verdicts, items, records."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from alerts import history, queries
from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.targets import Target
from collector import changes
from collector.changes import Change
from collector.state import Machine
from collector.summary.city import City
from console import (
    choosing,
    clocks,
    heard,
    loads,
    machines,
    officials,
    records,
    rollup,
    screen,
)
from console.answers import Answer, Task
from console.api.operation import Operation, missing, read
from console.clocks import Clock, Coming
from console.machines import MachineRow
from console.officials import OfficialRow
from console.pages.figures import past_days
from console.pages.problems import number
from console.pages.render import desk, language
from console.past import Day
from console.records import Record

CHANGES_MOST = 1_000


class Status(Struct, frozen=True):
    """The four answers, what to do first, and the open incidents."""

    at: datetime
    site: str
    answers: tuple[Answer, ...]
    tasks: tuple[Task, ...]
    incidents: tuple[Incident, ...]
    inventory_problems: tuple[str, ...]


class Clocks(Struct, frozen=True):
    """The legal clocks that count now, and the yearly reports of the next weeks."""

    running: tuple[Clock, ...]
    coming: tuple[Coming, ...]


class OneMachine(Struct, frozen=True):
    """One PC with its newest readings and what the rules say of it."""

    row: MachineRow
    readings: Machine
    findings: tuple[Finding, ...]


class MachinePast(Struct, frozen=True):
    """One PC lately: its load over a day, its hours of each day, comings and goings, verdicts."""

    load: tuple[loads.Step, ...]
    on: tuple[heard.HeardDay, ...]
    words: tuple[heard.Word, ...]
    verdicts: tuple[queries.Event, ...]


def status(request: Request) -> Any:
    """The four answers."""
    here = desk(request)
    problem = here.source.problem
    return screen.as_values(here.moment(), problem.problems if problem else ())


def machine_list(request: Request) -> tuple[MachineRow, ...]:
    """Declared PCs, chosen and sorted as on their page (q, verdict, department, sort)."""
    _, rows = desk(request).derived("machines", lambda one: machines.rows(one.office, one.findings))
    return choosing.chosen(rows, choosing.choice(request.query_params))


def machine(request: Request) -> OneMachine:
    """One PC."""
    asset = request.path_params["asset"]
    moment, rows = desk(request).derived(
        "machines", lambda one: machines.rows(one.office, one.findings)
    )
    row = next((one for one in rows if one.asset == asset), None)
    if row is None:
        raise missing(f"no machine {asset} is declared", "/api/machines")
    known = moment.office.state.machines.get(asset, Machine(asset))
    return OneMachine(row, known, tuple(one for one in moment.findings if one.subject == asset))


def change_list(request: Request) -> tuple[Change, ...]:
    """What came, went and changed in one PC, newest first."""
    asset = request.path_params["asset"]
    if desk(request).source.current().machine(asset) is None:
        raise missing(f"no machine {asset} is declared", "/api/machines")
    with desk(request).store.read() as connection:
        return changes.newest(connection, CHANGES_MOST, asset)


def official_list(request: Request) -> tuple[OfficialRow, ...]:
    """Officials with their PCs."""
    moment, rows = desk(request).derived(
        "machines", lambda one: machines.rows(one.office, one.findings)
    )
    return officials.rows(moment.office.inventory, moment.targets, rows)


def finding_list(request: Request) -> tuple[Finding, ...]:
    """Verdicts with what they rest on (verdict, rule)."""
    verdict, rule = request.query_params.get("verdict"), request.query_params.get("rule")
    found = desk(request).moment().findings
    return tuple(
        one for one in found if verdict in {None, one.verdict} and rule in {None, one.rule}
    )


def target_list(request: Request) -> tuple[Target, ...]:
    """Items 23, 27 and 28, now or at the end of a day gone by (item, at=2026-06-09)."""
    here, text = desk(request), request.query_params.get("at")
    if text is None:
        found = here.moment().targets
    else:
        inventory = here.source.current()
        try:
            day = date.fromisoformat(text)
            end = history.day_end(day, inventory.site.timezone)
        except (ValueError, OverflowError):
            raise HTTPException(400, "at is a day such as 2026-06-09") from None
        if end > here.clock():
            raise HTTPException(400, f"{day} has not ended yet")
        with here.store.read() as connection:
            found = history.targets_at(connection, inventory, day)
    item = request.query_params.get("item")
    return tuple(one for one in found if item in {None, str(one.item)})


def ward_list(request: Request) -> City:
    """A city's wards by their signed figures."""
    return rollup.look(desk(request))


def clock_list(request: Request) -> Clocks:
    """Legal clocks of incidents that count now, and yearly reports that come due."""
    moment, spoken = desk(request).moment(), language(request)
    return Clocks(clocks.running(moment.duties, spoken), clocks.coming(moment.office, spoken))


def machine_past(request: Request) -> MachinePast:
    """One PC lately: load, hours, comings and goings, and how its verdicts changed."""
    here, asset = desk(request), request.path_params["asset"]
    office = here.moment().office
    if office.inventory.machine(asset) is None:
        raise missing(f"no machine {asset} is declared", "/api/machines")
    known, zone = office.state.machines.get(asset, Machine(asset)), office.inventory.site.timezone
    with here.store.read() as connection:
        verdicts = queries.changes_of(connection, asset, CHANGES_MOST)
        if known.agent is None:
            return MachinePast((), (), (), verdicts)
        agent, now = known.agent.id, here.clock()
        load = loads.day(connection, agent, now)
        on = heard.days(connection, agent, load, zone, now)
        return MachinePast(load, on, heard.words(connection, agent), verdicts)


def target_days(request: Request) -> tuple[Day, ...]:
    """The shares of items 23, 27 and 28 at the end of each of the last days, in percent."""
    here = desk(request)
    return here.derived("past", partial(past_days, here))[1]


def record(request: Request) -> Record:
    """One record as the PC sent it, byte for byte, with its checksum."""
    wanted = number(request, "id")
    with desk(request).store.read() as connection:
        found = records.record(connection, wanted)
    if found is None:
        raise missing(f"no record {wanted} is kept", "/api/findings, whose evidence names records")
    return found


OPERATIONS: tuple[Operation, ...] = (
    read("/api/status", status, Status),
    read("/api/clocks", clock_list, Clocks),
    read(
        "/api/machines",
        machine_list,
        tuple[MachineRow, ...],
        q="Text in a PC's id, holder, department, room or system.",
        verdict="pass, fail or unknown.",
        department="The whole name of one.",
        sort=", ".join(choosing.SORTS),
    ),
    read("/api/machines/{asset}", machine, OneMachine),
    read("/api/machines/{asset}/changes", change_list, tuple[Change, ...]),
    read("/api/machines/{asset}/past", machine_past, MachinePast),
    read("/api/officials", official_list, tuple[OfficialRow, ...]),
    read(
        "/api/findings",
        finding_list,
        tuple[Finding, ...],
        verdict="pass, fail or unknown.",
        rule="The id of one: docs/rules.md.",
    ),
    read(
        "/api/targets",
        target_list,
        tuple[Target, ...],
        item="23, 27 or 28.",
        at="The end of that day: 2026-06-09.",
    ),
    read("/api/targets/days", target_days, tuple[Day, ...]),
    read("/api/reports/{id:int}", record, Record),
    read("/api/wards", ward_list, City),
)
"""One more is a line here and, where more than the officer may ask it, one in console/roles.py."""
