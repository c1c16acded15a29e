"""The tables of devices, strangers, agents, users, wards, and of one PC's past and checks, as files."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from alerts import queries
from collector import changes
from collector.devices import sightings
from collector.state import Machine
from console import device_rows, handing, heard, history, loads, people, rollup
from console.funnel import Step, funnel
from console.pages.render import desk, words
from console.sheets import Sheet
from console.words import Words

ROWS_MOST = 50_000


def device_sheet(request: Request) -> Sheet:
    """Every declared device."""
    w, moment = words(request), desk(request).moment()
    heads = (
        "device",
        "kind",
        "room",
        "address",
        "state",
        "verdicts",
        "what",
        "answered",
        "problem",
    )
    return Sheet(
        w.text("devices.title"),
        ("ID", *(w.text(f"devices.{head}") for head in heads)),
        tuple(
            (
                *(one.id, one.name, w.named("device-kind", one.kind), one.room, one.address),
                w.text("devices." + {True: "up", False: "down", None: "unread"}[one.up]),
                w.text(f"verdict.{one.verdict}"),
                *(one.what, one.answered_at, w.trouble(one.problem) if one.problem else None),
            )
            for one in device_rows.rows(moment.office, moment.findings)
        ),
    )


def stranger_sheet(request: Request) -> Sheet:
    """Addresses on the office's networks that belong to nothing declared."""
    w, office = words(request), desk(request).moment().office
    known = sightings.declared(office.inventory, office.state.machines, office.state.devices)
    heads = ("mac", "address", "device", "seen", "first-seen", "last-seen")
    return Sheet(
        w.text("devices.strangers"),
        tuple(w.text(f"devices.{head}") for head in heads),
        tuple(
            (one.mac, one.address, one.device, one.interface, one.first_at, one.last_at)
            for one in sightings.unknown(office.state.strangers, known)
        ),
    )


def agent_sheet(request: Request) -> Sheet:
    """How far each declared PC has come."""
    w, office = words(request), desk(request).moment().office
    heads = ("machine", "joined", "reporting", "inventoried", "backed-up", "stuck")
    return Sheet(
        w.text("add.funnel"),
        tuple(w.text(f"funnel.{head}") for head in heads),
        tuple(
            (
                one.asset,
                *(
                    w.text(f"funnel.{'dash' if told is None else 'yes' if told else 'no'}")
                    for told in (one.joined, one.reporting, one.inventoried, one.backed_up)
                ),
                stuck(one, w),
            )
            for one in funnel(office)
        ),
    )


def stuck(step: Step, w: Words) -> str:
    """What a PC waits for, in words; empty where nothing stands in its way."""
    if step.stuck is None:
        return ""
    values = dict(step.stuck.values)
    if "presence" in values:
        values["presence"] = w.text(f"presence.{values['presence']}")
    if "error" in values:
        values["error"] = w.said(values["error"])
    return w.text(f"funnel.{step.stuck.key}", **values)


def user_sheet(request: Request) -> Sheet:
    """Everybody who may sign in, or might."""
    w = words(request)
    with desk(request).store.read() as connection:
        found = people.everyone(connection)
    return Sheet(
        w.text("settings.users"),
        (
            *(w.text(f"settings.{head}") for head in ("user", "role", "password")),
            *(w.text(one) for one in ("factor.title", "settings.made-at", "settings.closed-at")),
        ),
        tuple(
            (
                *(one.id, w.text(f"role.{one.role}")),
                *(
                    w.text("history.yes" if told else "history.no")
                    for told in (one.password, one.second_factor)
                ),
                *(one.created_at, one.closed_at),
            )
            for one in found
        ),
    )


def handed_sheet(request: Request) -> Sheet:
    """What was handed to the police: to themselves without what was taken back."""
    w = words(request)
    with desk(request).store.read() as connection:
        found = handing.listed(connection, all_of_them=request.state.visitor.officer)
    return Sheet(
        w.text("handed.title"),
        (*(w.text(f"handed.{head}") for head in ("paper", "incident", "at", "by")), "SHA-256"),
        tuple(
            (one.file_name, one.incident, one.handed_at, one.handed_by, one.sha256) for one in found
        ),
    )


def ward_sheet(request: Request) -> Sheet:
    """A city's wards, a row for each ward and item."""
    w = words(request)
    return Sheet(
        w.text("wards.title"),
        (
            *(w.text(f"wards.{head}") for head in ("ward", "state", "day")),
            w.text("targets.item"),
            *(w.text(f"verdict.{one}") for one in ("passing", "failing", "unknowns")),
        ),
        tuple(
            (
                *(ward.name, w.text(f"wards.{ward.state}"), w.day(ward.day) if ward.day else None),
                *((one.item, one.passing, one.failing, one.unknown) if one else (None,) * 4),
            )
            for ward in rollup.look(desk(request)).wards
            for one in (ward.figures or (None,))
        ),
    )


def change_sheet(request: Request) -> Sheet:
    """What came, went and changed in one PC (`asset`), or in all of them."""
    w, asset = words(request), _asset(request, needed=False)
    with desk(request).store.read() as connection:
        found = changes.newest(connection, ROWS_MOST, asset or None)
    told = zip(found, history.rows(found, w), strict=True)
    return Sheet(
        w.text("history.title"),
        (
            w.text("history.at"),
            *(w.text(f"machines.{head}") for head in ("machine",)),
            *(w.text(f"history.{head}") for head in ("what", "path", "before", "after")),
        ),
        tuple(
            (row.at, change.asset, row.kind, row.path, row.before, row.after)
            for change, row in told
        ),
    )


def verdict_sheet(request: Request) -> Sheet:
    """How the verdicts on one PC (`asset`) changed, newest first."""
    w, asset = words(request), _asset(request)
    with desk(request).store.read() as connection:
        found = queries.changes_of(connection, asset, ROWS_MOST)
    return Sheet(
        w.text("machine.changes"),
        (
            w.text("history.at"),
            *(w.text(f"findings.{head}") for head in ("rule", "verdict")),
            w.text("history.before"),
        ),
        tuple(
            (
                *(one.at, w.alerts(f"{one.action}.title"), w.text(f"verdict.{one.after}")),
                w.text(f"verdict.{one.before}") if one.before else None,
            )
            for one in found
        ),
    )


def presence_sheet(request: Request) -> Sheet:
    """How many hours one PC (`asset`) was on, day by day."""
    w, asset, here = words(request), _asset(request), desk(request)
    agent = here.moment().office.state.machines.get(asset, Machine(asset)).agent
    with here.store.read() as connection:
        day = loads.day(connection, agent.id, w.now) if agent else ()
        found = heard.days(connection, agent.id, day, w.timezone, w.now) if agent else ()
    return Sheet(
        w.text("heard.title"),
        (w.text("plot.day"), w.text("heard.hours")),
        tuple((w.day(one.day), one.hours) for one in found),
    )


def check_sheet(request: Request) -> Sheet:
    """The security checks of one PC (`asset`) as it made them last."""
    w, asset = words(request), _asset(request)
    machine = desk(request).moment().office.state.machines.get(asset, Machine(asset))
    found = machine.security.value.checks if machine.security else ()
    return Sheet(
        w.text("machine.security"),
        (
            *(w.text(one) for one in ("machine.check", "findings.verdict", "machine.observed")),
            *(w.text(one) for one in ("findings.why", "machine.source")),
        ),
        tuple(
            (
                *(w.named("check", one.id), w.text(f"verdict.{one.verdict}")),
                *(w.said(one.observed or ""), w.said(one.reason or ""), one.source),
            )
            for one in found
        ),
    )


def _asset(request: Request, *, needed: bool = True) -> str:
    """The declared PC that the address names; empty where none has to be."""
    asset: str = request.query_params.get("asset", "")
    if not asset and not needed:
        return ""
    if desk(request).source.current().machine(asset) is None:
        raise HTTPException(404)
    return asset
