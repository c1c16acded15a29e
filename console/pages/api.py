"""The officer's API: the pages' and the commands' own values as JSON, and the document of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any, get_args

import msgspec
from anyio.to_thread import run_sync
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alerts import handling, history, queries
from alerts.finding import Finding
from alerts.incidents import Action, Incident, NotAllowed
from alerts.targets import Target
from alerts.words import refusal
from backup.status import Backups
from collector import joined
from collector.authority import AuthorityError
from collector.joining import JoiningError
from collector.state import Agent, Machine
from console import acts, choosing, inventory_file, joins, machines, officials, screen, settings
from console.acts import Act
from console.addresses import parse
from console.answers import Answer, Task
from console.funnel import Step, funnel
from console.machines import MachineRow
from console.officials import OfficialRow
from console.pages.render import desk, language

BODY_BYTES_MOST = 1024 * 1024
PROBLEM = "application/problem+json"


class Status(Struct, frozen=True):
    """The four answers, what to do first, and the open incidents."""

    at: Any
    site: str
    answers: tuple[Answer, ...]
    tasks: tuple[Task, ...]
    incidents: tuple[Incident, ...]
    inventory_problems: tuple[str, ...]


class OneMachine(Struct, frozen=True):
    """One PC with its newest readings and what the rules say of it."""

    row: MachineRow
    readings: Machine
    findings: tuple[Finding, ...]


class Funnel(Struct, frozen=True):
    """How far each declared PC has come, and every agent that ever joined."""

    machines: tuple[Step, ...]
    agents: tuple[Agent, ...]


class Deed(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with an incident, and why."""

    action: str
    reason: str = ""


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """A PC to be joined: a declared one, or null for any."""

    asset: str | None = None


class Join(Struct, frozen=True):
    """What the PC is given, once."""

    join: str
    asset: str | None


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of an inventory file."""

    text: str


class Checked(Struct, frozen=True):
    """Whether it is right, and every mistake with its line."""

    ok: bool
    problems: tuple[str, ...]


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
    here = desk(request)
    with here.store.read() as connection:
        found = queries.file(connection, request.path_params["id"], here.clock())
    if found is None:
        raise HTTPException(404, "there is no such incident")
    return found


def act(request: Request, asked: Deed) -> queries.File:
    """Take, note, fix, close: what the page's buttons do."""
    wanted = next((one for one in get_args(Action) if one == asked.action), None)
    if wanted is None:
        raise HTTPException(400, "there is no such action")
    here, user = desk(request), request.state.visitor.user
    try:
        with here.store.write() as connection:
            number = request.path_params["id"]
            handling.act(connection, here.clock(), user, number, wanted, asked.reason[:4000])
    except NotAllowed as error:
        raise HTTPException(409, refusal(error.key, error.values, language(request))) from error
    here.forget()
    return incident(request)


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


READS: dict[str, tuple[Callable[[Request], Any], Any]] = {
    "/api/status": (status, Status),
    "/api/machines": (machine_list, tuple[MachineRow, ...]),
    "/api/machines/{asset}": (machine, OneMachine),
    "/api/officials": (official_list, tuple[OfficialRow, ...]),
    "/api/findings": (finding_list, tuple[Finding, ...]),
    "/api/targets": (target_list, tuple[Target, ...]),
    "/api/incidents": (incident_list, tuple[Incident, ...]),
    "/api/incidents/{id}": (incident, queries.File),
    "/api/backups": (backups, Backups),
    "/api/agents": (agents, Funnel),
    "/api/audit": (audit_list, tuple[Act, ...]),
}
ACTS: dict[str, tuple[Callable[[Request, Any], Any], Any, Any]] = {
    "/api/incidents/{id}/actions": (act, Deed, queries.File),
    "/api/tokens": (join, Wish, Join),
    "/api/inventory/check": (check, Text, Checked),
}
"""By address: the function, what it is sent, what it answers. One more is a line here and, where
more than the officer may ask it, one in console/roles.py."""


def routes() -> list[Route]:
    """All of them, and the document that describes them."""
    return [
        *(Route(path, _reading(function)) for path, (function, _) in READS.items()),
        *(
            Route(path, _acting(function, body), methods=["POST"])
            for path, (function, body, _) in ACTS.items()
        ),
        Route("/api/openapi.json", lambda _: JSONResponse(document())),
    ]


def _reading(function: Callable[[Request], Any]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return _told(lambda: function(request))

    return endpoint


def _acting(
    function: Callable[[Request, Any], Any], body: Any
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        # A form of another site can't send this type without asking the browser first.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _problem(415, "send application/json")
        content = b""
        async for chunk in request.stream():
            content += chunk
            if len(content) > BODY_BYTES_MOST:
                return _problem(413, "this is too large")
        try:
            asked = msgspec.json.decode(content, type=body)
        except msgspec.MsgspecError as error:
            return _problem(400, str(error))
        return await run_sync(_told, lambda: function(request, asked))

    return endpoint


def _told(work: Callable[[], Any]) -> Response:
    try:
        return Response(msgspec.json.encode(work()), media_type="application/json")
    except HTTPException as error:
        return _problem(error.status_code, str(error.detail))


def _problem(status: int, title: str) -> Response:
    told = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(told, status, media_type=PROBLEM)


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1 of all that stands in READS and ACTS."""
    types = [one for _, one in READS.values()]
    types += [one for _, body, answer in ACTS.values() for one in (body, answer)]
    found, schemas = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    shapes = dict(zip(map(str, types), found, strict=True))
    paths: dict[str, Any] = {}
    for path, (function, answer) in READS.items():
        paths.setdefault(path, {})["get"] = _operation(path, function, shapes[str(answer)])
    for path, (act_, body, answer) in ACTS.items():
        told = _operation(path, act_, shapes[str(answer)])
        told["requestBody"] = {"required": True, "content": _json(shapes[str(body)])}
        paths.setdefault(path, {})["post"] = told
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wardwatch console",
            "version": version("wardwatch"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-wardwatch"},
            },
        },
    }


def _operation(path: str, function: Callable[..., Any], answer: Any) -> dict[str, Any]:
    names = [one[1:-1] for one in path.split("/") if one.startswith("{")]
    refused = {"description": "refused", "content": {PROBLEM: {"schema": {"type": "object"}}}}
    return {
        "operationId": f"{function.__name__}",
        "summary": (function.__doc__ or "").strip(),
        "parameters": [
            {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
            for one in names
        ],
        "responses": {
            "200": {"description": "answered", "content": _json(answer)},
            "4XX": refused,
        },
    }


def _json(shape: Any) -> dict[str, Any]:
    return {"application/json": {"schema": shape}}
