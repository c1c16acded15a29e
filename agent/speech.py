"""In which language the commands speak: the reader's own, as the system was set up."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from typing import Literal

from agent.words import translated

NAMES = ("WARDWATCH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as locale(7) has it; ours before all."""


def language(environment: Mapping[str, str]) -> Literal["vi", "en"]:
    """Vietnamese where the system speaks it, English everywhere else."""
    told = next((environment[name] for name in NAMES if environment.get(name)), "")
    if not told and sys.platform == "win32":
        told = locale.getlocale()[0] or ""  # `Vietnamese_Vietnam`, by the user's settings
    return "vi" if told.lower().startswith("vi") else "en"


def said(text: str) -> str:
    """A sentence of a command, as the reader reads it."""
    return translated(text, language(os.environ))
