"""What the rules of programs that start by themselves hold for alarming, approved, or brought along."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime

from alerts.rules.altered import TOGETHER
from collector.lately import Altered, matches

PACKAGE = re.compile(r"packages\[([^\]]*)\](?:\.version)?")
RUNNERS = frozenset(
    {
        *("bitsadmin.exe", "certutil.exe", "cmd.exe", "cscript.exe", "forfiles.exe", "hh.exe"),
        *("installutil.exe", "msbuild.exe", "mshta.exe", "msiexec.exe", "powershell.exe"),
        *("pwsh.exe", "regsvr32.exe", "rundll32.exe", "schtasks.exe", "wmic.exe", "wscript.exe"),
    }
)
"""Of Windows' own programs those that run whatever they are told: malware hides behind them."""
OPEN = frozenset({"temporary", "public", "share"})
"""Folders that whoever likes writes into: no honest program starts from there."""
WORD = re.compile(r"[^\W\d_]{4,}")
"""What a program's entry and its package share: a word of four letters."""


def is_approved(name: str, program: str, approved: tuple[str, ...]) -> bool:
    """Whether one of the office's patterns means it, by either name."""
    names = (name, program, program.rpartition(".")[0])
    return any(one and matches(one, approved) for one in names)


def is_approved_by_name(name: str, program: str, approved: tuple[str, ...]) -> bool:
    """Whether it is written out: `Microsoft*` means programs, not whatever calls itself so."""
    return is_approved(name, program, tuple(one for one in approved if "*" not in one))


def came_along(
    name: str, program: str, every: Iterable[Altered], reports: Collection[int], at: datetime
) -> bool:
    """Whether a package came in one of these reports, or one of its name within two days of `at`.

    `software-unapproved` judges that one; an updater's new entry comes with a new version.
    """
    words = {word.casefold() for word in WORD.findall(f"{name} {program}")}
    for other in every:
        found = PACKAGE.fullmatch(other.path) if other.kind == "software" else None
        if found is None or other.after is None:
            continue
        if other.report in reports and other.before is None:
            return True
        is_near = abs(other.received_at - at) <= TOGETHER
        if is_near and words & {word.casefold() for word in WORD.findall(found[1])}:
            return True
    return False
