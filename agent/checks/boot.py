"""Whether the PC started what its maker and system signed, and can keep keys in hardware."""

from __future__ import annotations

from agent.checks.check import Check, judged, unknown, unread
from agent.host.reader import Reader

VARIABLE = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
EFI = "/sys/firmware/efi"
DMI = "/sys/class/dmi/id"
TPM = "/sys/class/tpm"


def secure_boot(reader: Reader) -> Check:
    """The UEFI variable: four bytes of attributes, then 1 for on."""
    data = reader.data(VARIABLE, "secure-boot")
    if data is not None:
        if len(data) != 5 or data[4] > 1:
            return unknown(VARIABLE, "the variable has no value")
        return judged(VARIABLE, "on" if data[4] else "off", good=data[4] == 1)
    if reader.gaps:
        return unread(VARIABLE, reader, "")
    if reader.names(EFI, "secure-boot") is not None:
        return unknown(VARIABLE, "started by UEFI, but the variable is not there")
    if reader.names(DMI, "secure-boot") is None:
        return unknown(EFI, "no firmware to ask, as in a container or a small virtual machine")
    return judged(EFI, "started by legacy BIOS", good=False)


def tpm(reader: Reader) -> Check:
    """A TPM 2.0 is what disk encryption without a typed password needs."""
    names = reader.names(TPM, "tpm")
    if names is None:
        return unread(TPM, reader, "the kernel has no TPM driver")
    chips = [name for name in names if name.startswith("tpm") and name[3:].isdigit()]
    if not chips:
        return judged(TPM, "none", good=False)
    version = reader.text(f"{TPM}/{chips[0]}/tpm_version_major", "tpm")
    if not version:
        return unread(TPM, reader, "its version is not told")
    return judged(TPM, f"version {version}", good=version == "2")
