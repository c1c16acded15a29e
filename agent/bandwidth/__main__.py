"""`python -m agent.bandwidth run LINE --agent-state DIR --job N`: the child of one speed test."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from agent import jobs
from agent.bandwidth.run import run
from agent.running import rfc3339
from agent.spool import Spool, SpoolError

UNTOLD = 3
"""No receipt was written: the agent writes one in its place, as after a crash."""


def main() -> int:
    """Measure, and hand the receipt to the agent's spool; 0 where there are figures."""
    given = _arguments().parse_args()
    os.umask(0o077)
    found = run(given.line, given.agent_state, given.job)
    note = {jobs.receipt_note(given.line, jobs.SPEED_TEST): str(given.job)}
    try:
        spool = Spool(given.agent_state / "spool.sqlite")
        spool.append("bandwidth", found, at=rfc3339(datetime.now(UTC)), notes=note)
        spool.close()
    except SpoolError as problem:
        print(f"the receipt is lost: {problem}", file=sys.stderr)  # noqa: T201 - as below
        return UNTOLD
    said = found.get("error") or f"{found['down_bits_per_second']} / {found['up_bits_per_second']}"
    print(f"speed test of {given.line}: {said}", file=sys.stderr)  # noqa: T201 - for an operator
    return jobs.TOLD if "error" in found else jobs.STORED


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m agent.bandwidth")
    verb = parser.add_subparsers(required=True).add_parser("run", help="measure one pinned line")
    verb.add_argument("line")
    verb.add_argument("--agent-state", type=Path, required=True)
    verb.add_argument("--job", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
