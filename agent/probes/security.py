"""How safe the PC is: one verdict a check, each with its source."""

from __future__ import annotations

from collections.abc import Mapping

from agent.checks.check import Check
from agent.host import Host
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.report import Gap, Reading

SLOW = ("updates",)
"""Checks that cost seconds of processor time, and change a few times a day."""


def probe(host: Host) -> Reading:
    """Each check reads on its own. An unknown is a gap too, under `checks[<id>]`."""
    return _read(host, ())


def probe_quick(host: Host) -> Reading:
    """The same without the slow checks; whoever asks keeps what those said before."""
    return _read(host, SLOW)


def _read(host: Host, left_out: tuple[str, ...]) -> Reading:
    if host.system == "windows":
        from agent.checks.windows import WINDOWS_CHECKS

        known = WINDOWS_CHECKS
    else:
        from agent.checks import CHECKS

        known = CHECKS
    return section({name: known[name](Reader(host)) for name in known if name not in left_out})


def section(found: Mapping[str, Check | None]) -> Reading:
    """The verdicts by the names of their checks; one that makes no sense here is left out."""
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
