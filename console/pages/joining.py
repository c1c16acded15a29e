"""The page that adds a PC: the join string with its picture, and how far each PC has come."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector import joined, joining
from collector.authority import AuthorityError
from collector.joining import JoiningError
from console import factor, joins, settings
from console.addresses import parse
from console.funnel import Step, funnel, strangers
from console.pages.forms import Form
from console.pages.render import desk, page, words
from console.table_sheets import stuck


def add_list(request: Request) -> Response:
    """The funnel, the PCs that wait for approval, and the form for the next one."""
    return _shown(request)


def added(request: Request, form: Form) -> Response:
    """A join string for that machine, or for whoever comes; shown once."""
    here, asset = desk(request), form.get("asset") or None
    listen = parse(settings.load(here.state_folder).listen)
    user, now = request.state.visitor.user, here.clock()
    try:
        with here.store.write() as connection:
            string = joins.new_string(
                connection, now, here.source.current(), user, asset, listen, here.state_folder
            )
    except (AuthorityError, JoiningError) as error:
        return _shown(request, refusal=str(error))
    return _shown(request, string=string, asset=asset, loopback=listen.loopback)


def approved(request: Request, form: Form) -> Response:
    """Let a waiting agent report for a declared machine, or shut it out."""
    here, agent, user = desk(request), request.path_params["agent"], request.state.visitor.user
    try:
        with here.store.write() as connection:
            if form.get("act") == "revoke":
                joining.revoke(connection, here.clock(), user, agent)
            else:
                declared = here.source.current()
                joining.approve(
                    connection, here.clock(), declared, user, agent, form.get("asset", "")
                )
    except JoiningError as error:
        return _shown(request, refusal=str(error))
    here.forget()
    return RedirectResponse("/add", 303)


def _shown(request: Request, refusal: str | None = None, **made: object) -> Response:
    here, w = desk(request), words(request)
    office = here.moment().office
    with here.store.read() as connection:
        agents = joined.agents(connection)
    steps = funnel(office)
    string = made.get("string")
    return page(
        request,
        "add",
        here="add",
        status=409 if refusal else 200,
        steps=[(one, stuck(one, w)) for one in sorted(steps, key=_progress)],
        waiting=strangers(office, agents),
        free=[one.asset for one in steps if not one.joined],
        counts={
            "total": len(steps),
            "joined": sum(one.joined for one in steps),
            "reporting": sum(one.reporting for one in steps),
            "inventoried": sum(one.inventoried for one in steps),
            "backed_up": sum(one.backed_up is True for one in steps),
        },
        string=string,
        asset=made.get("asset"),
        loopback=made.get("loopback", False),
        picture=factor.picture(str(string)) if string else "",
        refusal=refusal,
    )


def _progress(step: Step) -> tuple[int, str]:
    """Those that wait for something first."""
    reached = (step.joined, step.reporting, step.inventoried, step.backed_up is not False)
    return (sum(reached) + 10 * (step.stuck is None), step.asset)
