"""The page of backups: every set and repository with its proofs, and the button to back up now."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.targets import worst
from backup.status import RepositoryStatus, SetStatus
from collector import asks, audit
from console.answers import BACKUP_RULES
from console.pages.forms import Form
from console.pages.problems import not_found
from console.pages.render import desk, page


def backup_list(request: Request) -> Response:
    """Every set and repository as declared, with what is proved of it."""
    moment = desk(request).moment()
    declared, kept = moment.office.inventory, moment.office.backups
    judged = {
        one.id: worst(
            found.verdict
            for found in moment.findings
            if found.subject == one.id and found.rule in BACKUP_RULES
        )
        for one in declared.backups
    }
    sets = [
        (one, kept.sets.get(one.id, SetStatus(one.id)), judged[one.id]) for one in declared.backups
    ]
    repositories = [
        (one, kept.repositories.get(one.id, RepositoryStatus(one.id)))
        for one in declared.repositories
    ]
    asked = request.query_params.get("asked")
    return page(
        request,
        "backups",
        here="backups",
        sets=sets,
        repositories=repositories,
        asked=asked if any(one.id == asked for one in declared.backups) else None,
    )


def run(request: Request, _form: Form) -> Response:
    """Ask the PC for a backup; it takes the job with its next report."""
    here, wanted = desk(request), request.path_params["set"]
    declared = next((one for one in here.source.current().backups if one.id == wanted), None)
    if declared is None:
        return not_found(request, "error.missing")
    now = here.clock()
    with here.store.write() as connection:
        number = asks.ask(connection, now, declared.machine, "backup", wanted)
        user = request.state.visitor.user
        audit.append(connection, now, user, "backup-asked", {"set": wanted, "ask": number})
    return RedirectResponse(f"/backups?asked={wanted}", 303)
