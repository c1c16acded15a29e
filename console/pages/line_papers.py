"""The papers of one Internet line by buttons on its page: a month's sheet, a notice of one outage."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from alerts.documents.line_month import line_month
from alerts.documents.line_outage import line_outage
from alerts.documents.model import Paper
from alerts.documents.period import PeriodError
from alerts.documents.redaction import Disclosure
from collector import audit
from console import papers
from console.line_papers import LineError, month_digest, outage_digest
from console.pages.forms import Form
from console.pages.problems import not_found
from console.pages.render import desk, page, words
from console.papers import MEDIA


def month_sheet(request: Request, form: Form) -> Response:
    """The line's month as a file; the same month gives the same bytes."""
    here, line, month = desk(request), request.path_params["id"], form.get("month", "")
    with here.store.read() as connection:
        inventory = here.source.current()
        try:
            digest = month_digest(connection, inventory, line, month, here.clock())
        except (LineError, PeriodError):
            return _refused(request, words(request).text("line.paper-none"))
    return _made(request, form, "line-month", month, line_month(digest, Disclosure()))


def outage_notice(request: Request, form: Form) -> Response:
    """The notice to the provider about one interruption, as a file."""
    here, line, number = desk(request), request.path_params["id"], request.path_params["number"]
    with here.store.read() as connection:
        try:
            digest = outage_digest(connection, here.source.current(), line, number, here.clock())
        except LineError:
            return not_found(request, "error.missing")
    return _made(request, form, "line-outage", str(number), line_outage(digest, Disclosure()))


def _made(request: Request, form: Form, kind: str, of: str, paper: Paper) -> Response:
    here = desk(request)
    wanted = next((one for one in MEDIA if one == form.get("format")), None)
    if wanted is None:
        raise HTTPException(404, "there is no such paper")
    try:
        content = papers.made(
            paper, wanted, papers.templates(here.moment().office, here.source.path)
        )
    except papers.PaperError as error:
        return _refused(request, str(error))
    name = f"{paper.file_name}.{wanted}"
    line = request.path_params["id"]
    detail = {"paper": kind, "of": f"{line} {of}", "format": wanted, "file": name}
    with here.store.write() as connection:
        audit.append(connection, here.clock(), request.state.visitor.user, "document.made", detail)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[wanted], headers=headers)


def _refused(request: Request, reason: str) -> Response:
    sentence = words(request).text("incident.refused", reason=reason)
    return page(request, "error", status=409, sentence=sentence)
