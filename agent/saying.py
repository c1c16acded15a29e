"""The resident's log: a line a fact to stderr, as `logging` writes it for every other command.

`logging` itself costs 0.7 MiB, a thirtieth of what the resident may hold, for a line a week.
"""

from __future__ import annotations

import sys


def info(fact: str) -> None:
    """What an operator must know."""
    _say("INFO", fact)


def warning(fact: str) -> None:
    """What an operator may have to look into."""
    _say("WARNING", fact)


def error(fact: str) -> None:
    """Someone must act."""
    _say("ERROR", fact)


def _say(level: str, fact: str) -> None:
    if sys.stderr is None:
        return  # a service of Windows has none
    try:
        sys.stderr.write(f"{level} wardwatch.agent: {fact}\n")
        sys.stderr.flush()
    except OSError:
        return  # nobody reads any more, which is no reason to stop watching the PC
