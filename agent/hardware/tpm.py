"""The security chip that keeps disk and sign-in keys (TPM)."""

from __future__ import annotations

from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told

FOLDER = "/sys/class/tpm"


def tpm(reader: Reader) -> dict[str, Any] | None:
    """`present`, and its major version where the kernel tells it. None where it cannot be known."""
    names = reader.names(FOLDER, "tpm")
    if names is None:
        reader.gap("tpm", f"no {FOLDER}: the kernel has no TPM driver")
        return None
    chips = [name for name in names if name.startswith("tpm") and name[3:].isdigit()]
    if not chips:
        return {"present": False}
    version = reader.text(f"{FOLDER}/{chips[0]}/tpm_version_major", "tpm.version")
    return told(present=True, version=version)
