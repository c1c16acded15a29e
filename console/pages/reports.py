"""Báo cáo: the papers that are due twice a year and every year, each by a button."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts import yearly
from alerts.clocks import Proof
from alerts.documents.period import PeriodError
from alerts.documents.redaction import Disclosure
from alerts.incidents import NotAllowed
from alerts.words import refusal
from console import clocks, making
from console.pages.case_file import local
from console.pages.forms import Form
from console.pages.render import desk, language, page, words
from console.pages.taken import downloaded
from console.papers import MEDIA, OF_PERIOD, Format, PaperError, PeriodKind


def report_list(request: Request) -> Response:
    """What is due next, and a button for each paper, period and format."""
    return _shown(request)


def made(request: Request, form: Form) -> Response:
    """The paper of that period as a file; the same period gives the same bytes."""
    here = desk(request)
    kind = next((one for one in OF_PERIOD if one == request.path_params["kind"]), None)
    wanted = next((one for one in MEDIA if one == form.get("format")), None)
    if kind is None or wanted is None:
        raise HTTPException(404, "there is no such paper")
    shown = Disclosure(
        internal_addresses="internal_addresses" in form, user_names="user_names" in form
    )
    user, span = request.state.visitor.user, form.get("period", "")
    try:
        return downloaded(making.of_period(here, user, kind, span, wanted, shown))
    except (PeriodError, PaperError) as error:
        return _shown(request, str(error))


def sent(request: Request, form: Form) -> Response:
    """Close one year's report by its proof of sending."""
    here, obligation = desk(request), request.path_params["obligation"]
    now, timezone = here.clock(), here.source.current().site.timezone
    moment = here.moment()
    due = next(
        (
            one.due_at
            for one in moment.yearly
            if one.obligation == obligation
            and one.due_at is not None
            and one.due_at.isoformat() == form.get("due_at")
        ),
        None,
    )
    sent_at = local(form.get("sent_at", ""), timezone)
    if due is None or sent_at is None or not form.get("file"):
        return _shown(request, words(request).text("refusal.file"))
    told = {name: form.get(name, "")[:400] for name in ("channel", "recipient", "receipt")}
    proof = Proof(sent_at=sent_at, file_sha256=form["file"], **told)
    try:
        with here.store.write() as connection:
            user = request.state.visitor.user
            yearly.deliver(connection, now, user, obligation, due, proof)
    except NotAllowed as error:
        return _shown(request, refusal(error.key, error.values, language(request)))
    here.forget()
    return RedirectResponse("/papers", 303)


def periods(request: Request) -> dict[PeriodKind, tuple[str, ...]]:
    """Which spans each paper may be asked for: this year and the one before."""
    here = desk(request)
    year = here.clock().astimezone(ZoneInfo(here.source.current().site.timezone)).year
    halves = (f"{year}H2", f"{year}H1", str(year), f"{year - 1}H2", str(year - 1))
    years = (str(year), str(year - 1))
    return {"items": halves, "register": halves, "security-year": years, "upgrade": years}


FORMATS: tuple[Format, ...] = ("pdf", "docx", "xlsx")


def _shown(request: Request, refused: str | None = None) -> Response:
    here = desk(request)
    moment, now = here.moment(), here.clock()
    zone = ZoneInfo(here.source.current().site.timezone)
    return page(
        request,
        "papers",
        here="papers",
        status=409 if refused else 200,
        clocks=tuple((one, clocks.told(one, language(request))) for one in moment.yearly),
        periods=periods(request),
        formats=FORMATS,
        local_now=now.astimezone(zone),
        refusal=refused,
    )
