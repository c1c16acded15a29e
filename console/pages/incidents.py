"""The pages of incidents: the list, one incident with its clocks and buttons, and its papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import get_args
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts import filing, handling, queries, sending
from alerts.documents.letter import Purpose, PurposeError
from alerts.documents.model import missing
from alerts.documents.redaction import Disclosure
from alerts.incidents import (
    NEEDS_REASON,
    OPEN,
    Action,
    Flag,
    Incident,
    Level,
    NotAllowed,
    actions,
)
from alerts.sending import Recipient
from alerts.told import TOLD
from alerts.vocabulary import FIELDS
from alerts.words import refusal
from collector.inventory.model import Inventory
from console import clocks, handing, making, papers
from console.cases import CaseError
from console.pages.forms import Form
from console.pages.problems import not_found
from console.pages.render import desk, language, page, words
from console.pages.taken import downloaded
from console.papers import Format
from console.steps import steps

REASON_LETTERS_MOST = 4000


def incident_list(request: Request) -> Response:
    """The open ones first, with their next clock; then those that ended."""
    return listed(request)


def listed(request: Request, refusal: str | None = None) -> Response:
    """The list, with what could not be reported said on top."""
    moment = desk(request).moment()
    next_due: dict[str, clocks.Clock] = {}
    for clock in clocks.running(moment.duties, language(request)):
        next_due.setdefault(clock.incident, clock)
    ended = tuple(one for one in moment.incidents if one.state not in OPEN)
    return page(
        request,
        "incidents",
        here="incidents",
        status=409 if refusal else 200,
        groups=(("open", moment.open_incidents), ("closed", ended)),
        next_due=next_due,
        kinds=tuple(TOLD),
        assets=tuple(one.id for one in moment.office.inventory.machines),
        local_now=desk(request).clock().astimezone(ZoneInfo(moment.office.inventory.site.timezone)),
        refusal=refusal,
    )


def incident(request: Request) -> Response:
    """One incident: clocks on top, what can be done now, history, evidence, papers."""
    return shown(request)


def acted(request: Request, form: Form) -> Response:
    """Do what the button says, or say why it can't be done."""
    action = _action(form.get("action", ""))
    reason = form.get("reason", "")[:REASON_LETTERS_MOST]
    here, number = desk(request), request.path_params["id"]
    return changed(
        request,
        lambda connection: handling.act(
            connection, here.clock(), request.state.visitor.user, number, action, reason
        ),
    )


def changed(request: Request, act: Callable[[Connection], object]) -> Response:
    """Act in one transaction and show the incident again, or show what stands in the way."""
    here = desk(request)
    try:
        with here.store.write() as connection:
            act(connection)
    except NotAllowed as error:
        return shown(request, refusal(error.key, error.values, language(request)))
    here.forget()
    return RedirectResponse(f"/incidents/{request.path_params['id']}", 303)


def police(request: Request, form: Form) -> Response:
    """The initial report to the ward police, as PDF or DOCX, as real or as a drill's."""
    here, number, now = desk(request), request.path_params["id"], desk(request).clock()
    wanted: Format = "docx" if request.path_params["format"] == "docx" else "pdf"
    wish = papers.Wish(
        number,
        "drill" if form.get("purpose") == "drill" else "real",
        Disclosure(
            internal_addresses="internal_addresses" in form, user_names="user_names" in form
        ),
        next((one for one in papers.OF_INCIDENT if one == form.get("kind")), "police"),
    )
    try:
        return downloaded(making.of_incident(here, request.state.visitor.user, wish, wanted, now))
    except CaseError:
        return not_found(request, "incident.not-found", id=number)
    except PurposeError:
        told = "incident.is-drill" if wish.purpose == "real" else "incident.is-real"
        return shown(request, words(request).text(told, id=number))
    except papers.PaperError as error:
        return shown(request, str(error))


def shown(request: Request, refusal: str | None = None) -> Response:
    """The incident's page, with what could not be done said on top."""
    here, number = desk(request), request.path_params["id"]
    office, now = here.moment().office, here.clock()
    with here.store.read() as connection:
        file = queries.file(connection, number, now)
        if file is None:
            return not_found(request, "incident.not-found", id=number)
        kept, sent = filing.listed(connection, number), sending.listed(connection, number)
        handed = handing.listed(connection)
        purpose: Purpose = "drill" if file.incident.drill else "real"
        paper = papers.incident_paper(connection, office, papers.Wish(number, purpose), now)
    spoken = language(request)
    signals = [file.incident.signal, *(one.finding for one in file.history if one.finding)]
    told = words(request).observed
    evidence = {one.report or told(one): one for found in signals for one in found.evidence}
    return page(
        request,
        "incident",
        here="incidents",
        status=409 if refusal else 200,
        incident=file.incident,
        clocks=tuple(clocks.told(duty, spoken) for duty in file.duties),
        deliveries={one.obligation: one for one in file.deliveries},
        set_aside={one.action: one for one in file.clock_history if one.after == "not_applicable"},
        actions=actions(file.incident),
        needs_reason=NEEDS_REASON,
        levels=get_args(Level),
        flags=get_args(Flag),
        local_now=now.astimezone(ZoneInfo(office.inventory.site.timezone)),
        purpose=purpose,
        missing=missing(paper),
        history=file.history,
        evidence=tuple(evidence.values()),
        steps=steps(file, kept, sent),
        kept=kept,
        sent=sent,
        handed=tuple(one for one in handed if one.incident == number),
        recipients=_recipients(office.inventory),
        can_send=office.inventory.mail is not None,
        paper_kinds=tuple(papers.OF_INCIDENT),
        statements=file.statements,
        fields=FIELDS,
        others=_others(here.moment().open_incidents, file.incident),
        refusal=refusal,
    )


def _recipients(inventory: Inventory) -> tuple[tuple[Recipient, str], ...]:
    """Those whom a letter reaches: declared with an address."""
    found = ((one, sending.contact(inventory, one)) for one in get_args(Recipient))
    return tuple((one, whom.post) for one, whom in found if whom is not None and whom.email)


def _others(known: Iterable[Incident], mine: Incident) -> tuple[Incident, ...]:
    """Open incidents that this one may be a duplicate of."""
    return tuple(
        one
        for one in known
        if one.id != mine.id and one.kind == mine.kind and one.drill == mine.drill
    )


def _action(text: str) -> Action:
    for action in get_args(Action):
        if action == text:
            return action  # type: ignore[no-any-return] # get_args knows no types
    raise HTTPException(400, "there is no such action")
