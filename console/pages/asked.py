"""What the officer's API answers: the pages' and the commands' own values, a function each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, get_args

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request

from alerts import handling, history, queries, reporting, sending
from alerts.finding import Finding
from alerts.incidents import Action, Incident, NotAllowed
from alerts.sending import Approval
from alerts.targets import Target
from alerts.words import refusal
from backup.status import Backups
from collector import changes, joined
from collector.authority import AuthorityError
from collector.changes import Change
from collector.joining import JoiningError
from collector.state import Machine
from collector.summary.city import City
from console import (
    acts,
    choosing,
    device_rows,
    inventory_file,
    joins,
    machines,
    officials,
    people,
    preparing,
    rollup,
    screen,
    settings,
)
from console.acts import Act
from console.addresses import parse
from console.device_rows import DeviceRow
from console.funnel import funnel
from console.inventory_file import EditError
from console.machines import MachineRow
from console.officials import OfficialRow
from console.pages.inventory import keep
from console.pages.render import desk, language
from console.pages.shapes import (
    Approving,
    Checked,
    Deed,
    Funnel,
    Inventoried,
    Join,
    OneMachine,
    Saved,
    Saving,
    Text,
    Told,
    Wish,
)
from console.people import User

CHANGES_MOST = 1_000


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
        raise HTTPException(404, "no such machine is declared")
    known = moment.office.state.machines.get(asset, Machine(asset))
    return OneMachine(row, known, tuple(one for one in moment.findings if one.subject == asset))


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
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise HTTPException(400, "at is a day such as 2026-06-09") from None
        inventory = here.source.current()
        if history.day_end(day, inventory.site.timezone) > here.clock():
            raise HTTPException(400, f"{day} has not ended yet")
        with here.store.read() as connection:
            found = history.targets_at(connection, inventory, day)
    item = request.query_params.get("item")
    return tuple(one for one in found if item in {None, str(one.item)})


def incident_list(request: Request) -> tuple[Incident, ...]:
    """Incidents, newest first; ?open=1: those that are not ended, the worst first."""
    moment = desk(request).moment()
    return moment.open_incidents if "open" in request.query_params else moment.incidents


def incident(request: Request) -> queries.File:
    """One incident with its clocks, history and deliveries."""
    return _file(request, request.path_params["id"])


def _file(request: Request, number: str) -> queries.File:
    here = desk(request)
    with here.store.read() as connection:
        found = queries.file(connection, number, here.clock())
    if found is None:
        raise HTTPException(404, "there is no such incident")
    return found


def device_list(request: Request) -> tuple[DeviceRow, ...]:
    """Declared devices with what was read of them."""
    moment = desk(request).moment()
    return device_rows.rows(moment.office, moment.findings)


def change_list(request: Request) -> tuple[Change, ...]:
    """What came, went and changed in one PC, newest first."""
    asset = request.path_params["asset"]
    if desk(request).source.current().machine(asset) is None:
        raise HTTPException(404, "no such machine is declared")
    with desk(request).store.read() as connection:
        return changes.newest(connection, CHANGES_MOST, asset)


def ward_list(request: Request) -> City:
    """A city's wards by their signed figures."""
    return rollup.look(desk(request))


def user_list(request: Request) -> tuple[User, ...]:
    """Everybody who may sign in, or might."""
    with desk(request).store.read() as connection:
        return people.everyone(connection)


def report(request: Request, asked: Told) -> queries.File:
    """Open an incident by what a person told."""
    here = desk(request)
    inventory, now, user = here.source.current(), here.clock(), request.state.visitor.user
    told = reporting.Report(
        asked.kind,
        asked.subject or inventory.site.id,
        *(asked.words, asked.who, asked.told_at or now, asked.drill),
    )
    return _changed(
        request, lambda connection: reporting.report(connection, inventory, now, user, told).id
    )


def approve(request: Request, asked: Approving) -> queries.File:
    """Approve papers of an incident for sending by mail."""
    here, number = desk(request), request.path_params["id"]

    def work(connection: Connection) -> str:
        papers = asked.papers or preparing.newest(connection, number)
        wanted = Approval(number, papers, asked.to, asked.obligation)
        user = request.state.visitor.user
        sending.approve(connection, here.source.current(), here.clock(), user, wanted)
        return str(number)

    return _changed(request, work)


def act(request: Request, asked: Deed) -> queries.File:
    """Take, note, fix, close: what the page's buttons do."""
    wanted = next((one for one in get_args(Action) if one == asked.action), None)
    if wanted is None:
        raise HTTPException(400, "there is no such action")
    here, number = desk(request), request.path_params["id"]

    def work(connection: Connection) -> str:
        user = request.state.visitor.user
        handling.act(connection, here.clock(), user, number, wanted, asked.reason[:4000])
        return str(number)

    return _changed(request, work)


def _changed(request: Request, work: Callable[[Connection], str]) -> queries.File:
    """Act in one transaction; the incident as it stands then."""
    here = desk(request)
    try:
        with here.store.write() as connection:
            number = work(connection)
    except NotAllowed as error:
        raise HTTPException(409, refusal(error.key, error.values, language(request))) from error
    here.forget()
    return _file(request, number)


def backups(request: Request) -> Backups:
    """Every set and repository with its proofs."""
    return desk(request).moment().office.backups


def agents(request: Request) -> Funnel:
    """How far each PC has come."""
    here = desk(request)
    with here.store.read() as connection:
        known = tuple(joined.agents(connection))
    return Funnel(funnel(here.moment().office), known)


def join(request: Request, asked: Wish) -> Join:
    """A join string: one use, 24 hours."""
    here, user = desk(request), request.state.visitor.user
    listen = parse(settings.load(here.state_folder).listen)
    try:
        with here.store.write() as connection:
            string = joins.new_string(
                connection,
                here.clock(),
                here.source.current(),
                user,
                asked.asset,
                listen,
                here.state_folder,
            )
    except (AuthorityError, JoiningError) as error:
        raise HTTPException(409, str(error)) from error
    return Join(string, asked.asset)


def audit_list(request: Request) -> tuple[Act, ...]:
    """Rows of the audit log, newest first (actor, action, before)."""
    asked = request.query_params
    text = asked.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    with desk(request).store.read() as connection:
        return acts.acts(
            connection,
            actor=asked.get("actor", "")[:100],
            action=asked.get("action", "")[:100],
            before=before,
        )


def check(request: Request, asked: Text) -> Checked:
    """Check an inventory without saving it."""
    found = inventory_file.problems(asked.text, desk(request).source.path.name)
    return Checked(not found, tuple(str(one) for one in found))


def inventory(request: Request) -> Inventoried:
    """The inventory file, to be changed and saved."""
    content = desk(request).source.path.read_bytes()
    return Inventoried(content.decode("utf-8", "replace"), inventory_file.mark(content))


def save(request: Request, asked: Saving) -> Saved:
    """Save an inventory that is right, if nobody changed it meanwhile."""
    here = desk(request)
    found = inventory_file.problems(asked.text, here.source.path.name)
    if found:
        raise HTTPException(409, "; ".join(str(one) for one in found[:30]))
    try:
        keep(here, request.state.visitor.user, asked.text, asked.before)
    except EditError as error:
        raise HTTPException(409, str(error)) from error
    return Saved(inventory_file.mark(asked.text.encode()))
