"""`wardwatch-agent`: the arguments, the clock and the log; what each command does is in `commands`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from agent import probing


def main() -> int:
    """Run one command; 2 for what the caller can put right."""
    names = probing.plain(sys.argv[1:])
    return probing.here(names, _clock) if names else _commanded()


def _commanded() -> int:
    import logging  # noqa: PLC0415 - a child that reads one section needs none of these

    from agent.arguments import parser  # noqa: PLC0415
    from agent.commands import COMMANDS, CommandError  # noqa: PLC0415

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
