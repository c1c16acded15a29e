"""The pages about the office as it stands: the overview, the PCs, one PC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

from msgspec import Struct
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from alerts import queries
from alerts.finding import Finding
from backup.status import SetStatus
from backup.words import in_one
from collector.changes import newest
from collector.state import Machine
from console import choosing, clocks, heard, history, loads, machines
from console.answers import BACKUP_RULES, Task, answers, pressing, tasks
from console.desk import Desk, Moment
from console.machines import MachineRow
from console.pages.problems import not_found
from console.pages.render import desk, language, page, words

CHANGES_SHOWN = 12
ANSWER_WORDS = {"pass": "passed", "fail": "failed", "unknown": "unknown-word"}


TILES_MOST = 100
"""PCs at a glance; of a larger fleet those alone that need somebody, worst first. A hundred of the
wordiest keep the first page below 150 kB on the wire."""


class First(Struct, frozen=True):
    """What the first page takes from all verdicts: of a city there are half a million."""

    tasks: tuple[Task, ...]
    backups: tuple[Finding, ...]

    @staticmethod
    def of(moment: Moment) -> First:
        """Of that moment."""
        backups = tuple(one for one in moment.findings if one.rule in BACKUP_RULES)
        return First(tasks(moment.findings), backups)


def by_subject(moment: Moment) -> Mapping[str, tuple[Finding, ...]]:
    """All verdicts, sorted out by whom they are about."""
    found: dict[str, list[Finding]] = {}
    for one in moment.findings:
        found.setdefault(one.subject, []).append(one)
    return {subject: tuple(mine) for subject, mine in found.items()}


def overview(request: Request) -> Response:
    """The four answers, what to do first, the clocks and every PC at a glance."""
    moment, rows = _rows(request)
    _, first = desk(request).derived("first", First.of)
    shown = rows
    if len(rows) > TILES_MOST:
        worst = choosing.chosen((row for row in rows if row.verdict != "pass"), choosing.WHOLE)
        shown = worst[:TILES_MOST]
    return page(
        request,
        "overview",
        here="overview",
        answers=answers(moment.targets, first.backups),
        words=ANSWER_WORDS,
        proved=in_one(moment.office.backups, moment.office.inventory, language(request)),
        tasks=first.tasks,
        clocks=clocks.running(moment.duties, language(request)),
        coming=clocks.coming(moment.office, language(request)),
        incidents=moment.open_incidents,
        machines=shown,
        left_out=len(rows) - len(shown),
        counts={one: sum(row.verdict == one for row in rows) for one in choosing.RANK},
    )


def machine_list(request: Request) -> Response:
    """The declared PCs that were asked for, one row each, or one tile each."""
    _, rows = _rows(request)
    wanted = choosing.choice(request.query_params)
    found = choosing.chosen(rows, wanted)
    first = (wanted.page - 1) * choosing.AT_ONCE
    return page(
        request,
        "machines",
        here="machines",
        choice=wanted,
        sorts=tuple(choosing.SORTS),
        groups=choosing.grouped(found[first : first + choosing.AT_ONCE], wanted),
        departments=sorted({row.department for row in rows if row.department}),
        counts={one: sum(row.verdict == one for row in rows) for one in choosing.RANK},
        total=len(rows),
        found=len(found),
        pages=max(1, -(-len(found) // choosing.AT_ONCE)),
        reporting=sum(row.presence == "reporting" for row in rows),
    )


def _rows(request: Request) -> tuple[Moment, tuple[MachineRow, ...]]:
    return desk(request).derived("machines", lambda one: machines.rows(one.office, one.findings))


def machine(request: Request) -> Response:
    """One PC: verdicts with their sources, readings with their gaps, its sets and its past."""
    here = desk(request)
    moment, asset = here.moment(), request.path_params["asset"]
    office = moment.office
    declared = office.inventory.machine(asset)
    if declared is None:
        return not_found(request, "machine.unlisted")
    known = office.state.machines.get(asset, Machine(asset))
    row = next(row for row in _rows(request)[1] if row.asset == asset)
    with here.store.read() as connection:
        changes = queries.changes_of(connection, asset, CHANGES_SHOWN)
        changed = newest(connection, CHANGES_SHOWN, asset)
        day = loads.day(connection, known.agent.id, here.clock()) if known.agent else ()
        on, words_of = _heard(connection, known, day, here)
    return page(
        request,
        "machine",
        here="machines",
        row=row,
        day=day,
        heard=on,
        comings=words_of,
        on_total=sum(one.hours for one in on),
        on_days=sum(one.hours > 0 for one in on),
        noon_of=lambda day: int(datetime.combine(day, time(12), UTC).timestamp()),
        machine=known,
        profile=office.inventory.profile(declared.profile),
        boot_at=_instant(known.system.value.boot_at if known.system else None),
        used_ratio=machines.used_ratio,
        findings=pressing(here.derived("subjects", by_subject)[1].get(asset, ())),
        sets=tuple(
            office.backups.sets.get(one.id, SetStatus(one.id))
            for one in office.inventory.backups
            if one.machine == asset
        ),
        changes=changes,
        history=history.rows(changed, words(request)),
    )


def _heard(
    connection: Connection, known: Machine, day: Sequence[loads.Step], here: Desk
) -> tuple[tuple[heard.HeardDay, ...], tuple[heard.Word, ...]]:
    """How long it was on each day, and when it came and went; nothing of one that never joined."""
    if known.agent is None:
        return (), ()
    zone = here.source.current().site.timezone
    on = heard.days(connection, known.agent.id, day, zone, here.clock())
    return on, heard.words(connection, known.agent.id)


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
