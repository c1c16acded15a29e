"""`python -m backup run SET --agent-state DIR`: the child that the agent starts for one backup."""

from __future__ import annotations

import argparse
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from agent import jobs
from agent.spool import Spool, SpoolError
from backup import canary
from backup.run import Receipt, rfc3339, run

UNTOLD = 3
"""No receipt was written: the agent writes one in its place, as after a crash."""
NICENESS = 15
"""Behind whatever the official does; the disk's scheduler follows it."""


def main() -> int:
    """Run one set and hand its receipt to the agent's spool; 0 only when all of it was stored.

    The agent knows by the exit code whether there is a receipt: see `agent.jobs`.
    """
    given = _arguments().parse_args()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    os.umask(0o077)
    receipt = run(given.set, given.agent_state, given.job, _clock, random.SystemRandom())
    try:
        spool = Spool(given.agent_state / "spool.sqlite")
        # One transaction: a kill from here on leaves this receipt, and no second one beside it.
        told = {} if given.job is None else {jobs.receipt_note(given.set): str(given.job)}
        spool.append("backup", receipt.section(), at=rfc3339(_clock()), notes=told)
        spool.close()
        # Only now: a kill before this is followed by a run that finds and tells the same.
        canary.renew(given.agent_state, receipt.canaries)
    except SpoolError as error:
        print(f"the receipt is lost: {error}", file=sys.stderr)  # noqa: T201 - as below
        return UNTOLD
    print(_sentence(receipt), file=sys.stderr)  # noqa: T201 - what an operator at the PC sees
    return jobs.STORED if receipt.ok else jobs.TOLD


def _clock() -> datetime:
    return datetime.now(UTC)


def _sentence(receipt: Receipt) -> str:
    if not receipt.ok:
        return f"backup of {receipt.set} failed: {receipt.error}"
    return f"backup of {receipt.set}: {receipt.files} files, snapshot {receipt.snapshot}"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backup", description="Backs up one pinned set."
    )
    verb = parser.add_subparsers(required=True).add_parser("run", help="back up one pinned set")
    verb.add_argument("set")
    verb.add_argument("--agent-state", type=Path, required=True)
    verb.add_argument("--job", type=int)
    return parser


if __name__ == "__main__":
    sys.exit(main())
