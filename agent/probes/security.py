"""How safe the PC is: one verdict a check, each with its source."""

from __future__ import annotations

from typing import Any

from agent.checks import CHECKS
from agent.checks.check import Check
from agent.host import Host
from agent.host.reader import Reader
from agent.parse.firmware import told
from agent.report import Gap, Reading


def probe(host: Host) -> Reading:
    """Each check reads on its own. An unknown is a gap too, under `checks[<id>]`."""
    found = {name: check(Reader(host)) for name, check in CHECKS.items()}
    checks = [_row(name, check) for name, check in found.items() if check]
    gaps = [
        Gap(f"checks[{name}]", check.reason or "not told")
        for name, check in found.items()
        if check and check.verdict == "unknown"
    ]
    return Reading({"checks": checks}, tuple(gaps))


def _row(name: str, check: Check) -> dict[str, Any]:
    return told(
        id=name,
        verdict=check.verdict,
        source=check.source,
        observed=check.observed,
        reason=check.reason,
    )
