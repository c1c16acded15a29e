"""Starts the resident with as little as it needs: what stays loaded stays in the PC's memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from agent import settings, survey
from agent.lean import TYPE_CHECKING

if TYPE_CHECKING:  # commands other than `run` need no network and no spool
    from agent.service import Resident

RHYTHM = ("load", "security", "inventory", "events", "full")
"""Names of the options `--NAME-interval SECONDS`, in the order in which `survey.tasks` takes them."""


class StartError(Exception):
    """The resident cannot start; worded for the operator."""


def resident(
    state: str | os.PathLike[str], clock: Callable[[], datetime], tasks: tuple[survey.Task, ...]
) -> Resident:
    """The resident of that folder, ready to run."""
    from agent.link import Link  # noqa: PLC0415
    from agent.service import Resident  # noqa: PLC0415
    from agent.spool import SpoolError  # noqa: PLC0415
    from agent.spool_rescue import recovered  # noqa: PLC0415

    try:
        found, pem = settings.joined(state)
        spool = recovered(os.path.join(state, "spool.sqlite"), rfc3339(clock()))
    except (settings.SettingsError, SpoolError) as problem:
        raise StartError(str(problem)) from problem
    return Resident(state, spool, Link(found, pem), clock, tasks)


def plain(words: Sequence[str]) -> tuple[str, tuple[survey.Task, ...]] | None:
    """What `run` is to do, where the words are options of it and nothing else; None otherwise.

    `argparse` tells every mistake better, and is loaded for those: it costs half a mebibyte.
    """
    options = dict(zip(words[1::2], words[2::2], strict=False))
    state = options.pop("--state", None)
    try:
        rhythm = {name: float(options.pop(f"--{name}-interval", "nan")) for name in RHYTHM}
    except ValueError:
        return None
    if words[:1] != ["run"] or len(words) % 2 == 0 or options:
        return None
    if any(seconds <= 0 or seconds > survey.DAY_SECONDS for seconds in rhythm.values()):
        return None
    told = {f"{name}_seconds": value for name, value in rhythm.items() if value == value}  # noqa: PLR0124 - not a number: not told
    return state or settings.folder(), survey.tasks(**told)


def rfc3339(moment: datetime) -> str:
    """As every instant is written: UTC, to the second, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
