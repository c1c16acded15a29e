"""Caps that a probe's child puts on itself, so that it can do this PC no harm."""

from __future__ import annotations

import os
import sys

from agent.closed_list import FOLDERS

NICENESS = 10
"""Behind whatever the official does."""
ENVIRONMENT = {"PATH": ":".join(FOLDERS), "LC_ALL": "C", "LANG": "C", "HOME": "/"}
"""Of every child on Linux: nothing of whoever started the agent comes in."""


def limit(memory_bytes: int) -> None:
    """Cap the memory and step back; on Windows whatever this process starts is capped with it."""
    if sys.platform == "win32":
        from agent.windows import job_object  # noqa: PLC0415

        job_object.confine(memory_bytes)
        return
    import resource  # noqa: PLC0415 - exists on Unix alone

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    os.nice(NICENESS)
