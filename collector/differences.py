"""What differs between two inventories of one machine, field by field. Pure.

A list's members are told by what names them (a slot's locator, a disk's serial, a package's name),
not by their place. What a gap names was not read: it keeps what was known, and is never "gone".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAMES = ("locator", "serial", "id", "name", "mount", "mac", "model", "product")
"""By which a member of a list is known, the first that it has."""
MOVING = frozenset({"boot_at", "batteries.charge_ratio", "batteries.state"})
"""Different at every look: no change of the machine."""

_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field. None: it was not there before, or it is gone."""

    path: str
    before: Any
    after: Any


def differences(
    before: Any, after: Any, gaps: Collection[str], unread: Collection[str]
) -> tuple[tuple[Difference, ...], Any]:
    """What changed, and what is known now. `gaps` were not read now, `unread` not the last time."""
    found: list[Difference] = []
    now = _merged(before, after, "", "", _Sight(_plain(gaps), _plain(unread), found))
    return tuple(found), now


@dataclass(frozen=True, slots=True)
class _Sight:
    gaps: frozenset[str]
    unread: frozenset[str]
    found: list[Difference]


def _merged(before: Any, after: Any, path: str, field: str, sight: _Sight) -> Any:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return dict(_members(before, after, path, field, sight, "."))
    if isinstance(before, list) and isinstance(after, list):
        if _plain_values(before) or _plain_values(after):
            before, after = sorted(before, key=repr), sorted(after, key=repr)
        else:
            named = _named(before), _named(after)
            return [value for _, value in _members(*named, path, field, sight, "[")]
    if before != after:
        sight.found.append(Difference(path, before, after))
    return after


def _members(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    path: str,
    field: str,
    sight: _Sight,
    sign: str,
) -> Iterator[tuple[str, Any]]:
    for name in [*before, *(name for name in after if name not in before)]:
        here = f"{path}[{name}]" if sign == "[" else f"{path}.{name}".lstrip(".")
        mine = field if sign == "[" else f"{field}.{name}".lstrip(".")
        if mine in MOVING:
            if name in after:
                yield name, after[name]
        elif name not in after:
            if _covered(mine, sight.gaps):
                yield name, before[name]
            else:
                sight.found.append(Difference(here, before[name], None))
        elif name not in before:
            if not _covered(mine, sight.unread):
                sight.found.append(Difference(here, None, after[name]))
            yield name, after[name]
        else:
            yield name, _merged(before[name], after[name], here, mine, sight)


def _covered(field: str, gaps: Collection[str]) -> bool:
    """Whether a gap names the field, what holds it, or a part of it."""
    return any(
        gap == field or field.startswith(f"{gap}.") or gap.startswith(f"{field}.") for gap in gaps
    )


def _plain(gaps: Collection[str]) -> frozenset[str]:
    return frozenset(_INDEX.sub("", gap) for gap in gaps)


def _plain_values(members: list[Any]) -> bool:
    return any(not isinstance(one, Mapping) for one in members)


def _named(members: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in members:
        told = next((str(one[name]) for name in NAMES if one.get(name)), "")
        if told in found and one.get("version"):
            told = f"{told} {one['version']}"
        name, number = told, 1
        while name in found:
            number += 1
            name = f"{told} #{number}"
        found[name] = one
    return found
