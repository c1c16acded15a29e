"""Whether the processor's virtualization guards the kernel and the passwords (VBS)."""

from __future__ import annotations

from agent.checks.check import Check, judged, unknown
from agent.checks.windows.source import missing
from agent.host.reader import Reader
from agent.lean import NamedTuple
from agent.parse.wmi import items

SOURCE = "Win32_DeviceGuard"
SPACE = "root\\Microsoft\\Windows\\DeviceGuard"
STATES = {"0": "off", "1": "set up, but not running", "2": "running"}
"""VirtualizationBasedSecurityStatus, as the class's documentation numbers it."""
CREDENTIAL_GUARD, MEMORY_INTEGRITY = 1, 2
MOST_KINDS = 20
"""SecurityServicesRunning knows seven kinds by now, and 0 for none; a far greater number is noise."""


class _Guard(NamedTuple):
    state: str
    running: frozenset[int]


def vbs(reader: Reader) -> Check:
    """Virtualization-based security runs, and memory integrity (HVCI), its main use, with it."""
    found = _guard(reader)
    if isinstance(found, Check):
        return found
    if found.state != "running":
        return judged(SOURCE, f"virtualization-based security is {found.state}", good=False)
    on = MEMORY_INTEGRITY in found.running
    return judged(SOURCE, f"memory integrity is {'on' if on else 'off'}", good=on)


def credential_guard(reader: Reader) -> Check:
    """Passwords of the domain lie where not even an administrator's program reads them."""
    found = _guard(reader)
    if isinstance(found, Check):
        return found
    on = found.state == "running" and CREDENTIAL_GUARD in found.running
    return judged(SOURCE, f"Credential Guard is {'running' if on else 'not running'}", good=on)


def _guard(reader: Reader) -> _Guard | Check:
    """What the only instance tells; unknown where it is not there, or says what cannot be."""
    rows = reader.instances("Win32_DeviceGuard", "device-guard", SPACE)
    if not rows:
        return missing(reader, SOURCE)
    state = STATES.get(rows[0].get("VirtualizationBasedSecurityStatus", "").strip())
    told = items(rows[0].get("SecurityServicesRunning", ""))
    kinds = {int(one) for one in told if one.isdecimal() and len(one) < 3}
    if state is None or not told or len(kinds) < len(told) or max(kinds) > MOST_KINDS:
        return unknown(SOURCE, "it does not tell")
    return _Guard(state, frozenset(kinds))
