"""Reads sections and prints each as a line of JSON: the command `probe`, and its short way in."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from agent.host import Host
from agent.host.live import Live
from agent.lean import NoReturn
from agent.probes import PROBES, readings


def plain(words: Sequence[str]) -> tuple[str, ...]:
    """The probes of `probe NAME … --json`; none where the words say more than that.

    The one form that runs every day needs no parser of arguments, which costs as much as a section.
    """
    names = tuple(word for word in words[1:] if word != "--json")
    known = words[:1] == ["probe"] and all(name in PROBES for name in names)
    return names if known else ()


def here(names: tuple[str, ...], clock: Callable[[], datetime]) -> NoReturn:
    """Print these sections of this PC, and end."""
    gc.disable()  # it lives for some hundredths of a second, and makes no garbage
    tell(names, Live(clock()))
    # All is written and nothing is open: taking the interpreter apart piece by piece would cost a
    # tenth of the whole.
    os._exit(0)


def tell(names: tuple[str, ...], host: Host, notes: Mapping[str, str] | None = None) -> None:
    """Print each section as soon as it is read; with `notes`, how far logs were read too."""
    for _, reading in readings(names, host, notes):
        gaps = [{"field": gap.field, "cause": gap.cause} for gap in reading.gaps]
        marks = {} if notes is None else {"notes": dict(reading.notes)}
        sys.stdout.write(json.dumps({"section": reading.section, "gaps": gaps, **marks}) + "\n")
        sys.stdout.flush()
