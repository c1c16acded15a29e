"""The papers of one Internet line by buttons on its page: a month's sheet, a notice of one outage."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from alerts.documents.period import PeriodError
from alerts.documents.redaction import Disclosure
from console import making
from console.line_papers import LineError
from console.making import LineWish
from console.pages.forms import Form
from console.pages.problems import not_found, number
from console.pages.render import desk, page, words
from console.pages.taken import downloaded
from console.papers import MEDIA, Format, PaperError


def month_sheet(request: Request, form: Form) -> Response:
    """The line's month as a file; the same month gives the same bytes."""
    here, user = desk(request), request.state.visitor.user
    wish = LineWish(request.path_params["id"], _format(form))
    try:
        made = making.line_month(here, user, wish, form.get("month", ""), Disclosure())
    except (LineError, PeriodError):
        return _refused(request, words(request).text("line.paper-none"))
    except PaperError as error:
        return _refused(request, str(error))
    return downloaded(made)


def outage_notice(request: Request, form: Form) -> Response:
    """The notice to the provider about one interruption, as a file."""
    here, user = desk(request), request.state.visitor.user
    wish = LineWish(request.path_params["id"], _format(form))
    try:
        made = making.line_outage(here, user, wish, number(request, "number"), Disclosure())
    except LineError:
        return not_found(request, "error.missing")
    except PaperError as error:
        return _refused(request, str(error))
    return downloaded(made)


def _format(form: Form) -> Format:
    wanted = next((one for one in MEDIA if one == form.get("format")), None)
    if wanted is None:
        raise HTTPException(404, "there is no such paper")
    return wanted


def _refused(request: Request, reason: str) -> Response:
    sentence = words(request).text("incident.refused", reason=reason)
    return page(request, "error", status=409, sentence=sentence)
