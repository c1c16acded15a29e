"""Where the command `wardwatch` begins: before its libraries are known to be there."""

from __future__ import annotations

import os
import sys

from agent.speech import language
from collector.messages import catalogue

OURS = frozenset({"agent", "alerts", "backup", "collector", "console"})


def main() -> None:
    """Run the command. A PC that has the agent alone lacks its libraries: one sentence, code 2."""
    try:
        from console.__main__ import main as command  # noqa: PLC0415 - what may be missing
    except ModuleNotFoundError as problem:
        missing = (problem.name or "").partition(".")[0]
        if not missing or missing in OURS:
            raise  # a mistake of ours, not of the install
        text = catalogue("console").text(language(os.environ), "not-a-server", library=missing)
        sys.stderr.write(f"wardwatch: {text}\n")
        sys.exit(2)
    command()
