"""The security chip, as its own WMI provider tells it."""

from __future__ import annotations

from agent.checks.check import Check, judged, unknown
from agent.checks.windows.source import missing, told
from agent.host.reader import Reader

SOURCE = "Win32_Tpm"
SPACE = "root\\CIMV2\\Security\\MicrosoftTpm"


def tpm(reader: Reader) -> Check:
    """A TPM 2.0 that is enabled and activated."""
    rows = reader.instances("Win32_Tpm", "tpm", SPACE)
    if rows is None:
        return missing(reader, SOURCE)
    if not rows:
        return judged(SOURCE, "none", good=False)
    row = rows[0]
    version = row.get("SpecVersion", "").partition(",")[0].strip()
    states = [told(row, f"Is{name}_InitialValue") for name in ("Enabled", "Activated")]
    if False in states:
        return judged(SOURCE, "switched off in the firmware", good=False)
    if not version or None in states:
        return unknown(SOURCE, "its version is not told")
    return judged(SOURCE, f"version {version}", good=version == "2.0")
