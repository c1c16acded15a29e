"""What the parts of an office say of each other: double ids, dangling references, lost promises.

It reads the plain values, before the model: so the mistakes of shape and those of reference in one
file are all told together. A part whose shape is wrong is passed over here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from itertools import islice, pairwise
from pathlib import PurePosixPath, PureWindowsPath

from cronsim import CronSim, CronSimError

from collector.inventory.backups import BackupSet
from collector.inventory.problem import Mistake, Place, shown

Group = dict[str, object]
MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
"""Where schedules are looked at from: a pause is no matter of today's date."""

REFERENCES = (
    ("people", "department", "departments"),
    ("machines", "profile", "profiles"),
    ("machines", "person", "people"),
    ("machines", "department", "departments"),
    ("backups", "machine", "machines"),
    ("backups", "repository", "repositories"),
    ("repositories", "copy_of", "repositories"),
    ("repositories", "writer", "machines"),
)
UNIQUE = (
    (("departments",), "id"),
    (("people",), "id"),
    (("profiles",), "id"),
    # One namespace: both are the label `asset` of a figure.
    (("machines", "devices"), "id"),
    (("lines",), "id"),
    (("repositories",), "id"),
    (("repositories",), "path"),
    (("backups",), "id"),
    (("wards",), "id"),
    (("machines",), "serial"),
    (("devices",), "address"),
)


def mistakes(values: object) -> Iterator[Mistake]:
    """Every mistake between the parts."""
    if not isinstance(values, dict):
        return
    yield from _dangling(values)
    yield from _unknown_machines(values)
    yield from _doubles(values)
    yield from _collectors(values)
    yield from _relative_paths(values)
    yield from _late_by_plan(values)
    yield from _copies(values)
    yield from _served(values)


def _entries(values: Group, name: str) -> Iterator[tuple[Place, Group]]:
    items = values.get(name)
    for position, item in enumerate(items if isinstance(items, tuple) else ()):
        if isinstance(item, dict):
            yield (name, position), item


def _dangling(values: Group) -> Iterator[Mistake]:
    for name, key, target in REFERENCES:
        ids = (entry.get("id") for _, entry in _entries(values, target))
        known = {known for known in ids if isinstance(known, str)}
        for place, entry in _entries(values, name):
            wanted = entry.get(key)
            if isinstance(wanted, str) and wanted not in known:
                near = get_close_matches(wanted, known, n=1)
                hint = f"did you mean {shown(near[0])}?" if near else f"no such id under {target}"
                yield Mistake((*place, key), f"{shown(wanted)} is not declared", hint)


def _unknown_machines(values: Group) -> Iterator[Mistake]:
    """Lists of machines under a line: who looks at it, who measures it."""
    known = {
        entry["id"] for _, entry in _entries(values, "machines") if isinstance(entry.get("id"), str)
    }
    for place, line in _entries(values, "lines"):
        test = line.get("speed_test")
        lists = [((*place, "voters"), line.get("voters"))]
        if isinstance(test, dict):
            lists.append(((*place, "speed_test", "machines"), test.get("machines")))
        for where, wanted in lists:
            for position, one in enumerate(wanted if isinstance(wanted, tuple) else ()):
                if isinstance(one, str) and one not in known:
                    near = get_close_matches(one, [str(each) for each in known], n=1)
                    hint = (
                        f"did you mean {shown(near[0])}?" if near else "no such id under machines"
                    )
                    yield Mistake((*where, position), f"{shown(one)} is not declared", hint)


def _doubles(values: Group) -> Iterator[Mistake]:
    for names, key in UNIQUE:
        first: dict[str, Place] = {}
        for name in names:
            for place, entry in _entries(values, name):
                value = entry.get(key)
                if not isinstance(value, str):
                    continue
                # Serial numbers are read off labels, in any case.
                seen = first.setdefault(value.strip().lower(), place)
                if seen != place:
                    where = f"{seen[0]}[{seen[1]}]"
                    yield Mistake(
                        (*place, key),
                        f"{shown(value)} is already the {key} of {where}",
                        "give each its own",
                    )


def _collectors(values: Group) -> Iterator[Mistake]:
    marked = [place for place, entry in _entries(values, "machines") if entry.get("collector")]
    for place in marked[1:]:
        yield Mistake(
            (*place, "collector"),
            f"a second collector; the first is machines[{marked[0][1]}]",
            "`wardwatch up` runs on one machine",
        )


def _copies(values: Group) -> Iterator[Mistake]:
    """A copy receives nothing but copies, and of a repository that is none itself."""
    copies = {e.get("id") for _, e in _entries(values, "repositories") if e.get("copy_of")}
    for place, entry in _entries(values, "repositories"):
        if entry.get("exact") is True and not entry.get("copy_of"):
            yield Mistake((*place, "exact"), "exact, and a copy of nothing", "name copy_of")
        if entry.get("copy_of") in copies:
            yield Mistake((*place, "copy_of"), "a copy of a copy", "name the first repository")
    for place, entry in _entries(values, "backups"):
        if entry.get("repository") in copies:
            yield Mistake(
                (*place, "repository"), "a copy takes no backups", "name what it is a copy of"
            )


def _served(values: Group) -> Iterator[Mistake]:
    """The backup server lets each PC into the folder of its own name alone."""
    roots: set[str] = set()
    writers: dict[object, object] = {}
    for place, entry in _entries(values, "repositories"):
        writer, path = entry.get("writer"), entry.get("path")
        if not isinstance(writer, str) or not isinstance(path, str):
            continue
        writers[entry.get("id")] = writer
        tail = f"/{writer}/{entry.get('id')}"
        if not path.endswith(tail):
            yield Mistake((*place, "path"), "not the folder of its writer", f"end it in {tail}")
            continue
        roots.add(path.removesuffix(tail))
        if len(roots) > 1:
            hint = f"put it below {min(roots)}"
            yield Mistake((*place, "path"), "a second folder for the backup server", hint)
    for place, entry in _entries(values, "backups"):
        writer = writers.get(entry.get("repository"))
        if writer is not None and writer != entry.get("machine"):
            hint = f"only {writer} writes into this repository"
            yield Mistake((*place, "machine"), "not the repository's writer", hint)


def _relative_paths(values: Group) -> Iterator[Mistake]:
    """A relative path lies in the state folder, and that exists on the collector only."""
    collectors = {e.get("id") for _, e in _entries(values, "machines") if e.get("collector")}
    for place, entry in _entries(values, "backups"):
        paths = entry.get("paths")
        if entry.get("machine") in collectors or not isinstance(paths, tuple):
            continue
        for position, path in enumerate(paths):
            if isinstance(path, str) and not _absolute(path):
                yield Mistake(
                    (*place, "paths", position),
                    "a relative path, and the machine is not the collector",
                    r"write the whole path, as D:\VanBan or /srv/van-ban",
                )


def _absolute(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()


def _late_by_plan(values: Group) -> Iterator[Mistake]:
    """A schedule whose longest pause is longer than the RPO is late although all goes well."""
    for place, entry in _entries(values, "backups"):
        rpo_hours = entry.get("rpo_hours", BackupSet.model_fields["rpo_hours"].default)
        schedule = entry.get("schedule")
        if not isinstance(rpo_hours, int | float) or not isinstance(schedule, str):
            continue
        pause_hours = _longest_pause_hours(schedule)
        if pause_hours is not None and rpo_hours < pause_hours:
            yield Mistake(
                (*place, "schedule"),
                f"pauses for {pause_hours:g} h, longer than rpo_hours ({rpo_hours:g})",
                "run it more often, or raise rpo_hours",
            )


def _longest_pause_hours(schedule: str) -> float | None:
    """None for what is no schedule: the model tells that in its own words."""
    try:
        runs = tuple(_first_runs(CronSim(schedule, MONDAY)))
    except CronSimError:
        return None
    pauses = ((later - earlier) / timedelta(hours=1) for earlier, later in pairwise(runs))
    return max(pauses, default=None)


def _first_runs(schedule: CronSim) -> Iterator[datetime]:
    """Two weeks of them, and the next one; or fewer, where it runs by the minute."""
    for count, run in enumerate(islice(schedule, 3000)):
        yield run
        if count and run > MONDAY + timedelta(days=14):
            return
