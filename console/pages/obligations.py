"""The forms of an incident's legal clocks: classified, marked as a drill, proved as sent, set aside."""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from alerts import handling
from alerts.clocks import Proof
from alerts.incidents import Flag, Level
from console.pages.forms import Form
from console.pages.incidents import REASON_LETTERS_MOST, changed, shown
from console.pages.render import desk, words

TEXT_LETTERS_MOST = 400


def classified(request: Request, form: Form) -> Response:
    """Level and flags as ticked; the clocks follow by law."""
    level = next((one for one in get_args(Level) if one == form.get("level")), None)
    if level is None:
        raise HTTPException(400, "there is no such level")
    flags = [one for one in get_args(Flag) if f"flag-{one}" in form]
    now, user, number = _who(request)
    limits, reason = desk(request).source.current().incidents, _reason(form)

    def classify(connection: Connection) -> None:
        handling.within_thresholds(connection, number, level, limits, reason)
        handling.classify(connection, now, user, number, level, flags, reason)

    return changed(request, classify)


def marked(request: Request, form: Form) -> Response:
    """A drill from now on, for ever."""
    if not _reason(form).strip():
        return _refused(request, "reason")
    now, user, number = _who(request)
    return changed(
        request,
        lambda connection: handling.mark_drill(connection, now, user, number, _reason(form)),
    )


def sent(request: Request, form: Form) -> Response:
    """Close a clock by its proof: channel, recipient, time, receipt and the file's hash."""
    told = {
        name: form.get(name, "")[:TEXT_LETTERS_MOST] for name in ("channel", "recipient", "receipt")
    }
    if not all(text.strip() for text in told.values()):
        return _refused(request, "proof")
    if not form.get("file"):
        return _refused(request, "file")
    sent_at = _local(form.get("sent_at", ""), desk(request).source.current().site.timezone)
    now, user, number = _who(request)
    if sent_at is None or sent_at > now:
        return _refused(request, "time")
    proof = Proof(sent_at=sent_at, file_sha256=form["file"], **told)
    obligation = request.path_params["obligation"]
    return changed(
        request,
        lambda connection: handling.deliver(connection, now, user, number, obligation, proof),
    )


def aside(request: Request, form: Form) -> Response:
    """Decide that a clock does not apply."""
    if not _reason(form).strip():
        return _refused(request, "reason")
    now, user, number = _who(request)
    obligation = request.path_params["obligation"]
    return changed(
        request,
        lambda connection: handling.set_aside(
            connection, now, user, number, obligation, _reason(form)
        ),
    )


def _who(request: Request) -> tuple[datetime, str, str]:
    return desk(request).clock(), request.state.visitor.user, request.path_params["id"]


def _reason(form: Form) -> str:
    return form.get("reason", "")[:REASON_LETTERS_MOST]


def _refused(request: Request, why: str) -> Response:
    return shown(request, words(request).text(f"refusal.{why}"))


def _local(text: str, timezone: str) -> datetime | None:
    """What `datetime-local` sends: a time on the office's own clock."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))
    except ValueError:
        return None
