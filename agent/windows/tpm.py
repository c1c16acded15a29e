"""The security chip that keeps disk and sign-in keys (TPM), by Win32_Tpm."""

from __future__ import annotations

from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.windows.classes import rows

NAMESPACE = "root\\cimv2\\Security\\MicrosoftTpm"


def tpm(reader: Reader) -> dict[str, Any] | None:
    """`present`, and its major version. None where it cannot be known."""
    found = rows(reader, "Win32_Tpm", "tpm", NAMESPACE)
    if found is None:
        return None
    if not found:
        return {"present": False}
    # `2.0, 0, 1.38`: the version of the specification, its level and errata.
    major = found[0].get("SpecVersion", "").partition(".")[0].strip()
    if not major.isdigit():
        reader.gap("tpm.version", "its version is not told")
    return told(present=True, version=major if major.isdigit() else None)
