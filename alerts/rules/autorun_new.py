"""Rule autorun-new: nothing begins to start by itself that came with no program and is not approved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.windows.autoruns import NOBODY
from alerts.finding import Finding, Seen, Values
from alerts.office import Office
from alerts.rules.altered import TOGETHER, failing, unaltered, unexplained
from alerts.rules.current import current, evidence_of
from alerts.rules.rule import Rule
from alerts.rules.service_installed import alarms
from alerts.rules.starting import OPEN, RUNNERS, came_along, is_approved, is_approved_by_name
from collector.inventory.model import Machine
from collector.lately import Altered, Occurrence

ID = "autorun-new"
MEMBER = re.compile(r"autoruns\.([a-z_]+)\[([^\]]*)\](?:\.(program|place|enabled))?")
OF_WINDOWS = frozenset({"services", "tasks"})
OF_SERVICES = frozenset({"services", "units"})
ANYTIME = "subscriptions"


@dataclass(frozen=True)
class _Entry:
    """An autorun as a change leaves it; a change of one field knows that field alone."""

    kind: str
    name: str
    program: str = ""
    place: str = ""
    source: str = ""
    enabled: bool = True
    whole: bool = True


def judge(office: Office, declared: Machine) -> Finding:
    """By the changes since the first inventory; what was taken away again, or switched off, passes."""
    unread = _unread(office, declared)
    every = office.past.changed.get(declared.id, ())
    newest: dict[str, Altered] = {}
    for one in unexplained(office, ID, declared.id, "software"):
        if MEMBER.fullmatch(one.path):
            newest[one.path] = one
    approved = office.inventory.software.approved
    new = [
        (one, entry)
        for one in newest.values()
        for entry in _entries(one, every)
        if _is_alarming(one, entry, every)
        and not _is_approved(entry, approved)
        and not _is_back(one, entry, every)
        and not _is_gone(one, newest.values())
        and not _is_told_by_event(one, entry, office.past.happened.get(declared.id, ()))
    ]
    if not new:
        return unread or unaltered(ID, "software", office, declared)
    programs = sorted({f"{entry.name} ({entry.program or entry.place or '?'})" for _, entry in new})
    values: Values = {"count": len(programs), "programs": ", ".join(programs[:8])}
    return failing(ID, declared, [one for one, _ in new], "new", values, "security")


def _unread(office: Office, declared: Machine) -> Finding | None:
    """Unknown where the newest software report tells nothing of autoruns, or not of all kinds."""
    machine = office.state.machines.get(declared.id)
    told = current(ID, declared.id, "software", machine.software if machine else None, office.now)
    if isinstance(told, Finding):
        return told
    causes = [
        gap.cause
        for gap in told.gaps
        # What starts for an account that is not signed in, starts nothing now.
        if gap.field.startswith("autoruns") and gap.cause != NOBODY
    ]
    if told.value.autoruns_total is not None and not causes:
        return None
    reason = causes[0] if causes else "-"
    evidence = (evidence_of(declared.id, "software", told, Seen("unread", {"reason": reason})),)
    because = "unread" if causes else "not-told"
    return Finding(ID, declared.id, "unknown", because, {"reason": reason}, evidence)


def _entries(one: Altered, every: Iterable[Altered]) -> Iterator[_Entry]:
    """The entry that came, or the field of one that was there before; none of what went.

    One that came switched off comes once it is switched on: that its switch is gone says so too.
    """
    found = MEMBER.fullmatch(one.path)
    if found is None:
        return
    kind, name, part = found.groups()
    if part == "enabled":
        came = _coming(one, every)
        if one.after is not False and came is not one:
            yield from (replace(entry, enabled=True) for entry in _entries(came, every))
    elif one.after is None:
        return
    elif part:
        program, place = (str(one.after) if part == which else "" for which in ("program", "place"))
        yield _Entry(kind, name, program, place, whole=False)
    elif one.before is None and isinstance(one.after, Mapping):
        yield _entry(kind, one.after)


def _coming(one: Altered, every: Iterable[Altered]) -> Altered:
    """How the whole entry came of which a field changed; the change itself, where it was there before."""
    top = one.path.rpartition("]")[0] + "]"
    past = [old for old in every if old.path == top and old.received_at <= one.received_at]
    return past[-1] if past and past[-1].after is not None else one


def _entry(kind: str, row: Mapping[str, Any]) -> _Entry:
    name, program, place, source = (
        str(row.get(part) or "") for part in ("name", "program", "place", "source")
    )
    return _Entry(kind, name, program, place, source, enabled=row.get("enabled") is not False)


def _is_alarming(one: Altered, entry: _Entry, every: Iterable[Altered]) -> bool:
    if not entry.enabled:
        return False
    is_windows_own = entry.kind == "tasks" and entry.source == "windows"
    if entry.kind == ANYTIME or entry.place in OPEN:
        return True
    if entry.program.lower() in RUNNERS and not is_windows_own:
        return True
    if not entry.whole or is_windows_own:
        return False  # an update moved it
    if entry.kind in OF_WINDOWS and entry.place == "system":
        return False  # Windows updates bring services; a stranger's is an event of its own
    came = _coming(one, every)
    return not came_along(entry.name, entry.program, every, {came.report}, came.received_at)


def _is_approved(entry: _Entry, approved: tuple[str, ...]) -> bool:
    hides = entry.place in OPEN or entry.program.lower() in RUNNERS
    means = is_approved_by_name if hides else is_approved
    return means(entry.name, entry.program, approved)


def _is_told_by_event(one: Altered, entry: _Entry, happened: Iterable[Occurrence]) -> bool:
    """Whether `service-installed` had it at once: one act is one question to the officer."""
    services = (
        event.service
        for event in happened
        if event.service and abs(event.received_at - one.received_at) <= TOGETHER
    )
    return any(
        bool(entry.program)
        and entry.kind in OF_SERVICES
        and (entry.program, entry.place) == (service.program, service.place)
        and alarms(service)
        for service in services
    )


def _is_back(one: Altered, entry: _Entry, every: Iterable[Altered]) -> bool:
    """Of an account that signed in again. What alarmed when it first came, alarms again."""
    if entry.kind != "signed_in":
        return False
    before = [
        past for past in every if past.path == one.path and past.received_at < one.received_at
    ]
    alarmed = any(
        _is_alarming(past, early, every) for past in before for early in _entries(past, every)
    )
    return any(past.after is None for past in before) and not alarmed


def _is_gone(one: Altered, newest: Iterable[Altered]) -> bool:
    """Whether the whole entry went after one of its fields changed."""
    top = one.path.rpartition("]")[0] + "]"
    return any(
        other.path == top and other.after is None and other.received_at >= one.received_at
        for other in newest
    )


RULE = Rule(
    id=ID,
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="malicious-code:infected-system",
    group="N1",
)
