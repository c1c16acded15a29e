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
    """Cap the address space and step back; nothing on systems that have neither."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - exists on Unix alone

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    os.nice(NICENESS)
