"""The page of backups: every set and repository with its proofs, and the button to back up now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.targets import worst
from backup import course
from backup.status import RepositoryStatus, SetStatus
from backup.words import sentences
from collector.inventory.model import BackupSet
from collector.readings import Verdict
from console import by_hand
from console.answers import BACKUP_RULES
from console.at_work import rows
from console.pages.forms import Form
from console.pages.problems import not_found, number
from console.pages.render import desk, language, page, words

SAID = ("asked", "drilling", "busy", "explained", "no-why")
WORST_FIRST: tuple[Verdict, ...] = ("fail", "unknown", "pass")
SENTENCES_MOST = 12
"""Of the statement on the page itself; more are folded below how many sets there are of each verdict."""
WHY_MOST = 1000
"""Letters of an explanation."""
UNITS = (("TiB", 1024**4), ("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))
"""Of the plot: the largest that its largest figure fills."""


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
        (one, kept.sets.get(one.id, SetStatus(one.id)), judged[one.id])
        for one in sorted(declared.backups, key=lambda one: WORST_FIRST.index(judged[one.id]))
    ]
    repositories = [
        (one, kept.repositories.get(one.id, RepositoryStatus(one.id)))
        for one in declared.repositories
    ]
    here = desk(request)
    with here.store.read() as connection:
        seen = course.course(connection, moment.office.state.machines, here.clock())
    largest = max((size for _, sizes in seen.days for size in sizes.values()), default=0)
    unit, size = next((one for one in UNITS if largest >= one[1]), UNITS[-1])
    said = request.query_params.get("said")
    statement = sentences(kept, declared, language(request))
    return page(
        request,
        "backups",
        here="backups",
        sets=sets,
        counts=in_short(statement, list(judged.values())),
        repositories=repositories,
        statement=statement,
        course=seen,
        running=rows(words(request), seen.running, seen.proving),
        repository_ids=[one.id for one in declared.repositories],
        days=_days(seen.days, size),
        most=ceil(largest / size * 1.1 * 10) / 10,
        unit=unit,
        said=said if said in SAID else None,
    )


def in_short(statement: Sequence[str], verdicts: Sequence[Verdict]) -> Mapping[str, int] | None:
    """How many sets there are of each verdict, where the sentences would fill the page."""
    if len(statement) <= SENTENCES_MOST:
        return None
    return {"total": len(verdicts)} | {one: verdicts.count(one) for one in WORST_FIRST}


def _days(
    days: Sequence[tuple[str, Mapping[str, int]]], unit_bytes: int
) -> list[tuple[datetime, Mapping[str, float]]]:
    """In the plot's own unit."""
    return [
        (
            datetime.fromisoformat(day).replace(tzinfo=UTC),
            {name: size / unit_bytes for name, size in sizes.items()},
        )
        for day, sizes in days
    ]


def explained(request: Request, form: Form) -> Response:
    """The officer's word on a hold: afterwards old snapshots go again."""
    here, why = desk(request), form.get("why", "").strip()
    if not why:
        return RedirectResponse("/backups?said=no-why#holds", 303)
    user, hold = request.state.visitor.user, number(request, "hold")
    if not by_hand.explain(here.workshop.verifier, hold, why[:WHY_MOST], user):
        return not_found(request, "error.missing")
    here.forget()
    return RedirectResponse("/backups?said=explained", 303)


def run(request: Request, _form: Form) -> Response:
    """Ask the PC for a backup; it takes the job with its next report."""
    here, declared = desk(request), _declared(request)
    if declared is None:
        return not_found(request, "error.missing")
    user = request.state.visitor.user
    by_hand.ask(here.workshop.verifier, here.source.current(), declared.id, user)
    return RedirectResponse("/backups?said=asked", 303)


def drill(request: Request, _form: Form) -> Response:
    """Restore and compare files of the set, beside this answer."""
    here, declared = desk(request), _declared(request)
    if declared is None:
        return not_found(request, "error.missing")
    if not here.workshop.drill(here.source.current(), declared.id):
        return RedirectResponse("/backups?said=busy", 303)
    user = request.state.visitor.user
    by_hand.note(here.workshop.verifier, user, "drill-started", set=declared.id)
    return RedirectResponse("/backups?said=drilling", 303)


def _declared(request: Request) -> BackupSet | None:
    wanted = request.path_params["set"]
    known = desk(request).source.current().backups
    return next((one for one in known if one.id == wanted), None)
