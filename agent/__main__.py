"""`wardwatch-agent`: the arguments, the clock and the log; what each command does is elsewhere."""

from __future__ import annotations

import sys
from datetime import UTC, datetime


def main() -> int:
    """Run one command; 2 for what the caller can put right."""
    words = sys.argv[1:]
    # Each of the two that run all day loads its own part of the agent alone.
    if words[:1] == ["probe"]:
        from agent import probing  # noqa: PLC0415

        if names := probing.plain(words):
            probing.here(names, _clock)
    from agent import running  # noqa: PLC0415

    plain = running.plain(words)
    if plain is None:
        return _commanded()
    try:
        running.resident(plain[0], _clock, plain[1]).run()
    except running.StartError as problem:
        return _refused(problem)
    return 0


def _commanded() -> int:
    import logging  # noqa: PLC0415 - loaded by those alone who need it

    from agent.arguments import parser  # noqa: PLC0415
    from agent.commands import COMMANDS, CommandError  # noqa: PLC0415

    given = parser().parse_args()
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        return COMMANDS[given.command](given, _clock)
    except CommandError as problem:
        return _refused(problem)


def _refused(problem: Exception) -> int:
    from agent.speech import said  # noqa: PLC0415 - the resident speaks to nobody

    sys.stderr.write(f"wardwatch-agent: {said(str(problem))}\n")
    return 2


def _clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
