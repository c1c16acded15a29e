"""What a command of an autorun starts: its program's name and the kind of folder, never its path."""

from __future__ import annotations

from agent.lean import NamedTuple

LONGEST, NAMED = 4096, 64
"""Signs of a command that are looked at, and of a program's name that are told."""


class Start(NamedTuple):
    """What a command starts; None where it does not say, or says what is no program."""

    program: str | None = None
    place: str | None = None
