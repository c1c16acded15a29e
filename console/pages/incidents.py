"""The pages of incidents: the list, one incident with its clocks and buttons, and its papers."""

from __future__ import annotations

from typing import get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts import handling, queries
from alerts.documents.police import PurposeError
from alerts.incidents import NEEDS_REASON, OPEN, Action, NotAllowed, actions
from console import clocks
from console.cases import CaseError
from console.pages.forms import Form
from console.pages.problems import not_found
from console.pages.render import desk, language, page
from console.papers import MEDIA, Format, PaperError, police_paper


def incident_list(request: Request) -> Response:
    """The open ones first, with their next clock; then those that ended."""
    moment = desk(request).moment()
    next_due: dict[str, clocks.Clock] = {}
    for clock in clocks.running(moment.duties, language(request)):
        next_due.setdefault(clock.incident, clock)
    ended = tuple(one for one in moment.incidents if one.state not in OPEN)
    return page(
        request,
        "incidents",
        here="incidents",
        groups=(("open", moment.open_incidents), ("closed", ended)),
        next_due=next_due,
    )


def incident(request: Request) -> Response:
    """One incident: clocks on top, what can be done now, history, evidence, papers."""
    return _shown(request, None)


def acted(request: Request, form: Form) -> Response:
    """Do what the button says, or say why it can't be done."""
    here, number = desk(request), request.path_params["id"]
    action = _action(form.get("action", ""))
    try:
        with here.store.write() as connection:
            user = request.state.visitor.user
            reason = form.get("reason", "")[:4000]
            handling.act(connection, here.clock(), user, number, action, reason)
    except NotAllowed as error:
        return _shown(request, str(error))
    here.forget()
    return RedirectResponse(f"/incidents/{number}", 303)


def police(request: Request) -> Response:
    """The initial report to the ward police, as PDF or DOCX."""
    here, number = desk(request), request.path_params["id"]
    wanted: Format = "docx" if request.path_params["format"] == "docx" else "pdf"
    try:
        with here.store.read() as connection:
            file = police_paper(connection, here.moment().office, number, here.clock(), wanted)
    except CaseError:
        return not_found(request, "incident.not-found", id=number)
    except (PaperError, PurposeError) as error:
        raise HTTPException(409, str(error)) from error
    name = f"{number}-bao-cao-ban-dau.{wanted}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(file, media_type=MEDIA[wanted], headers=headers)


def _shown(request: Request, refusal: str | None) -> Response:
    here, number = desk(request), request.path_params["id"]
    with here.store.read() as connection:
        file = queries.file(connection, number, here.clock())
    if file is None:
        return not_found(request, "incident.not-found", id=number)
    spoken = language(request)
    signals = [file.incident.signal, *(one.finding for one in file.history if one.finding)]
    evidence = {one.report or one.observed: one for found in signals for one in found.evidence}
    return page(
        request,
        "incident",
        here="incidents",
        status=409 if refusal else 200,
        incident=file.incident,
        clocks=tuple(clocks.told(duty, spoken) for duty in file.duties),
        actions=actions(file.incident),
        needs_reason=NEEDS_REASON,
        history=file.history,
        evidence=tuple(evidence.values()),
        refusal=refusal,
    )


def _action(text: str) -> Action:
    for action in get_args(Action):
        if action == text:
            return action  # type: ignore[no-any-return] # get_args knows no types
    raise HTTPException(400, "there is no such action")
