"""Restoring by people: find a file by name and day, restore it beside, and take it away as a file."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from backup import handover, searching
from backup.commands import CommandError
from backup.pin import PinError
from backup.restic import ResticError
from backup.searching import Searched
from backup.stores import StoreError
from collector.inventory.model import BackupSet
from console import restores
from console.pages.forms import Form
from console.pages.problems import not_found
from console.pages.render import desk, page

NAME_MOST = 200
"""Letters of a name that is searched for."""
SAID = ("restoring", "busy", "removed")


def restore_page(request: Request) -> Response:
    """The search, what it found, and what was restored for hand-over."""
    here, declared = desk(request), _declared(request)
    if declared is None:
        return not_found(request, "error.missing")
    name, day = request.query_params.get("name", "").strip(), request.query_params.get("day", "")
    found, problem = (None, None) if not name else _searched(request, declared, name, day)
    said = request.query_params.get("said")
    handovers = [
        one for one in handover.listed(here.state_folder, here.clock()) if one.set == declared.id
    ]
    return page(
        request,
        "restore",
        here="backups",
        declared=declared,
        name=name,
        day=day,
        found=found,
        problem=problem,
        handovers=handovers,
        running=any(one.state == "running" for one in handovers),
        kept_days=handover.KEPT.days,
        said=said if said in SAID else None,
    )


def restored(request: Request, form: Form) -> Response:
    """Restore into a folder of its own, beside this answer."""
    here, declared = desk(request), _declared(request)
    if declared is None:
        return not_found(request, "error.missing")
    asked = restores.Asked(
        declared.id,
        form.get("path", ""),
        form.get("snapshot", ""),
        _until(request, form.get("day", "")),
    )
    began = restores.begin(here, request.state.visitor.user, asked)
    return RedirectResponse(f"{_address(declared)}?said={'restoring' if began else 'busy'}", 303)


def fetched(request: Request) -> Response:
    """One file as it is, several as a ZIP."""
    found = restores.fetch(desk(request), request.state.visitor.user, request.path_params["name"])
    if found is None:
        return not_found(request, "error.missing")
    called, content = found
    attached = f"attachment; filename*=UTF-8''{quote(called.encode('utf-8', 'replace'), safe='')}"
    headers = {"content-disposition": attached}
    return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


def removed(request: Request, _form: Form) -> Response:
    """Remove what was restored: it lay there in plain."""
    told = restores.remove(desk(request), request.state.visitor.user, request.path_params["name"])
    if told is None:
        return not_found(request, "error.missing")
    return RedirectResponse(f"/backups/{told.set}/restore?said=removed", 303)


def _searched(
    request: Request, declared: BackupSet, name: str, day: str
) -> tuple[Searched | None, str | None]:
    here = desk(request)
    try:
        until = _until(request, day)
        inventory, verifier = here.source.current(), here.workshop.verifier
        return searching.search(verifier, inventory, declared.id, name[:NAME_MOST], until), None
    except (CommandError, ResticError, PinError, StoreError) as error:
        return None, str(error)


def _until(request: Request, day: str) -> datetime | None:
    try:
        return restores.until(day, desk(request).source.current().site.timezone)
    except ValueError:
        raise HTTPException(400, "there is no such day") from None


def _address(declared: BackupSet) -> str:
    return f"/backups/{declared.id}/restore"


def _declared(request: Request) -> BackupSet | None:
    wanted = request.path_params["set"]
    known = desk(request).source.current().backups
    return next((one for one in known if one.id == wanted), None)
