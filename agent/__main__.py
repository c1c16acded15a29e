"""`wardwatch-agent`: the arguments, the clock and the log; what each command does is in `commands`."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

from agent.arguments import parser
from agent.commands import COMMANDS, CommandError


def main() -> int:
    """Run one command; 2 for what the caller can put right."""
    given = parser().parse_args()
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        return COMMANDS[given.command](given, _clock)
    except CommandError as problem:
        sys.stderr.write(f"wardwatch-agent: {problem}\n")
        return 2


def _clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
