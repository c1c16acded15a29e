"""An incident's file by page: what people report and state, what is kept, approved and taken back."""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts import filing, handling, reporting, sending, signing, statements
from alerts.incidents import NotAllowed
from alerts.sending import MEDIA, Approval, Recipient
from alerts.statements import INSTANTS
from alerts.vocabulary import FIELDS
from alerts.words import refusal
from console import handing, preparing, signed_papers
from console.pages import problems
from console.pages.forms import Form, is_number
from console.pages.incidents import REASON_LETTERS_MOST, changed, listed, shown
from console.pages.problems import not_found
from console.pages.render import desk, language, words


def reported(request: Request, form: Form) -> Response:
    """A person reported something: an incident opens from the moment that the form names."""
    here = desk(request)
    inventory, now = here.source.current(), here.clock()
    told_at = local(form.get("told_at", ""), inventory.site.timezone) or now
    told = reporting.Report(
        form.get("kind", ""),
        form.get("subject") or inventory.site.id,
        form.get("words", ""),
        form.get("who", ""),
        told_at,
        "drill" in form,
    )
    try:
        with here.store.write() as connection:
            user = request.state.visitor.user
            made = reporting.report(connection, inventory, now, user, told)
    except NotAllowed as error:
        return listed(request, refusal(error.key, error.values, language(request)))
    here.forget()
    return RedirectResponse(f"/incidents/{made.id}", 303)


def stated(request: Request, form: Form) -> Response:
    """One field of the papers, in the officer's words."""
    here, number = desk(request), request.path_params["id"]
    field = next((one for one in FIELDS if one == form.get("field")), None)
    if field is None:
        raise HTTPException(400, "there is no such field")
    text = form.get("text", "")
    if field in INSTANTS and text:
        at = local(text, here.source.current().site.timezone)
        text = at.isoformat() if at else text
    return changed(
        request,
        lambda connection: statements.state(
            connection, here.clock(), request.state.visitor.user, number, field, text
        ),
    )


def merged(request: Request, form: Form) -> Response:
    """End it as a duplicate of the incident that was chosen."""
    here, number = desk(request), request.path_params["id"]
    into, reason = form.get("into", ""), form.get("reason", "")[:REASON_LETTERS_MOST]
    return changed(
        request,
        lambda connection: handling.merge(
            connection, here.clock(), request.state.visitor.user, number, into, reason
        ),
    )


def corrected(request: Request, form: Form) -> Response:
    """Start the clocks from another moment; T0 as recorded stays in its row."""
    here, number = desk(request), request.path_params["id"]
    t0 = local(form.get("t0", ""), here.source.current().site.timezone)
    if t0 is None:
        return shown(request, words(request).text("refusal.time"))
    reason = form.get("reason", "")[:REASON_LETTERS_MOST]
    return changed(
        request,
        lambda connection: handling.correct_t0(
            connection, here.clock(), request.state.visitor.user, number, t0, reason
        ),
    )


def approved(request: Request, form: Form) -> Response:
    """Send the police file, or the file that was chosen, to those who are ticked."""
    here, number = desk(request), request.path_params["id"]
    to: tuple[Recipient, ...] = tuple(one for one in get_args(Recipient) if f"to-{one}" in form)
    chosen, obligation = form.get("paper", ""), form.get("obligation") or None

    def approve(connection):  # type: ignore[no-untyped-def] # one transaction, handed over
        papers = (int(chosen),) if is_number(chosen) else preparing.newest(connection, number)
        asked = Approval(number, papers, to, obligation)
        inventory, user = here.source.current(), request.state.visitor.user
        sending.approve(connection, inventory, here.clock(), user, asked)

    return changed(request, approve)


def handed(request: Request, form: Form) -> Response:
    """Onto the police's own list: the whole file, or the one that was chosen."""
    here, number = desk(request), request.path_params["id"]
    chosen = form.get("paper", "")

    def hand_over(connection):  # type: ignore[no-untyped-def] # one transaction, handed over
        papers = (int(chosen),) if is_number(chosen) else preparing.newest(connection, number)
        user = request.state.visitor.user
        handing.hand_over_kept(connection, here.clock(), user, number, papers)

    return changed(request, hand_over)


def resent(request: Request, form: Form) -> Response:
    """Once more what the other side refused."""
    here, number = desk(request), request.path_params["id"]
    which = form.get("dispatch", "")
    if not is_number(which):
        raise HTTPException(400, "there is no such letter")
    return changed(
        request,
        lambda connection: sending.again(
            connection, here.clock(), request.state.visitor.user, number, int(which)
        ),
    )


def taken_back(request: Request, content: bytes) -> Response:
    """A signed paper comes back: checked against the one that was handed out, and kept."""
    here, number = desk(request), request.path_params["id"]
    try:
        trusted = signed_papers.roots(here.source.current(), here.source.path)
        with here.store.write() as connection:
            signed_papers.take_back(
                connection,
                here.clock(),
                request.state.visitor.user,
                number,
                content,
                trusted,
            )
    except signing.SigningError as error:
        return shown(request, words(request).text("file.not-signed", why=str(error)))
    return RedirectResponse(f"/incidents/{number}", 303)


def downloaded(request: Request) -> Response:
    """One kept file of this incident, byte for byte."""
    number, which = request.path_params["id"], problems.number(request, "file")
    with desk(request).store.read() as connection:
        found = filing.one(connection, which)
    if found is None or found[0].incident != number:
        return not_found(request, "incident.not-found", id=f"{number}/{which}")
    headers = {"content-disposition": f'attachment; filename="{found[0].name}"'}
    return Response(found[1], media_type=MEDIA[found[0].format], headers=headers)


def whole(request: Request) -> Response:
    """The file as it would be sent now, in one archive: the report, its Word form, the evidence."""
    number = request.path_params["id"]
    with desk(request).store.read() as connection:
        found = preparing.archived(connection, number)
    if found is None:
        return not_found(request, "incident.not-found", id=number)
    headers = {"content-disposition": f'attachment; filename="ho-so-{number.lower()}.zip"'}
    return Response(found, media_type=MEDIA["zip"], headers=headers)


def local(text: str, timezone: str) -> datetime | None:
    """What `datetime-local` sends: a time on the office's own clock."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))
    except ValueError:
        return None
