"""The pages about the office as it stands: the overview, the PCs, one PC."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from alerts import queries
from backup.status import SetStatus
from collector.changes import newest
from collector.state import Machine
from console import clocks, history, machines
from console.answers import answers, tasks
from console.pages.problems import not_found
from console.pages.render import desk, language, page, words

CHANGES_SHOWN = 12
ANSWER_WORDS = {"pass": "passed", "fail": "failed", "unknown": "unknown-word"}


def overview(request: Request) -> Response:
    """The four answers, what to do first, the clocks and every PC at a glance."""
    moment = desk(request).moment()
    return page(
        request,
        "overview",
        here="overview",
        answers=answers(moment.targets, moment.findings),
        words=ANSWER_WORDS,
        tasks=tasks(moment.findings),
        clocks=clocks.running(moment.duties, language(request)),
        coming=clocks.coming(moment.office, language(request)),
        incidents=moment.open_incidents,
        machines=machines.rows(moment.office, moment.findings),
    )


def machine_list(request: Request) -> Response:
    """Every declared PC, one row each."""
    moment = desk(request).moment()
    rows = machines.rows(moment.office, moment.findings)
    reporting = sum(row.presence == "reporting" for row in rows)
    return page(request, "machines", here="machines", machines=rows, reporting=reporting)


def machine(request: Request) -> Response:
    """One PC: verdicts with their sources, readings with their gaps, its sets and its past."""
    here = desk(request)
    moment, asset = here.moment(), request.path_params["asset"]
    office = moment.office
    declared = office.inventory.machine(asset)
    if declared is None:
        return not_found(request, "machine.unlisted")
    known = office.state.machines.get(asset, Machine(asset))
    rows = machines.rows(office, moment.findings)
    with here.store.read() as connection:
        changes = queries.changes_of(connection, asset, CHANGES_SHOWN)
        changed = newest(connection, CHANGES_SHOWN, asset)
    return page(
        request,
        "machine",
        here="machines",
        row=next(row for row in rows if row.asset == asset),
        machine=known,
        profile=office.inventory.profile(declared.profile),
        boot_at=_instant(known.system.value.boot_at if known.system else None),
        used_ratio=machines.used_ratio,
        findings=tuple(one for one in moment.findings if one.subject == asset),
        sets=tuple(
            office.backups.sets.get(one.id, SetStatus(one.id))
            for one in office.inventory.backups
            if one.machine == asset
        ),
        changes=changes,
        history=history.rows(changed, words(request)),
    )


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
