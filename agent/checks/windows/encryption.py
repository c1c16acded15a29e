"""BitLocker: whether what lies on the disks is of use to a thief."""

from __future__ import annotations

from collections.abc import Mapping

from agent.checks.check import Check, judged, unknown
from agent.checks.windows.source import missing
from agent.host.reader import Reader

SOURCE = "Win32_EncryptableVolume"
SPACE = "root\\CIMV2\\Security\\MicrosoftVolumeEncryption"
PORTABLE = "2"
PROTECTED = "protected"
UNTOLD = "state not told"
CONVERSION = {
    "0": "not encrypted",
    "2": "being encrypted",
    "3": "being decrypted",
    "4": "encryption paused",
    "5": "decryption paused",
}


METHODS = {
    "1": "AES 128 with diffuser",
    "2": "AES 256 with diffuser",
    "3": "AES 128",
    "4": "AES 256",
    "5": "by the disk itself",
    "6": "XTS-AES 128",
    "7": "XTS-AES 256",
}
"""EncryptionMethod; what the disk itself ciphers rests on its maker's word (CVE-2018-12037)."""


def disk_encryption(reader: Reader) -> Check:
    """Every fixed volume encrypted, and its protection on: one without the other opens to anyone."""
    rows = reader.instances("Win32_EncryptableVolume", "wmi", SPACE)
    if not rows:
        return missing(reader, SOURCE)
    fixed = [row for row in rows if row.get("VolumeType") != PORTABLE or _system(row)]
    if not any(_system(row) for row in fixed):
        return unknown(SOURCE, "the system's volume is not among them")
    states = [_state(row) for row in fixed]
    names = [row.get("DriveLetter", "").rstrip(":") or "volume without a letter" for row in fixed]
    told = [
        f"{name}: {state}{_method(row) if state == PROTECTED else ''}"
        for name, state, row in zip(names, states, fixed, strict=True)
    ]
    observed = ", ".join(told)
    open_ones = [
        row
        for row, state in zip(fixed, states, strict=True)
        if state not in {PROTECTED, UNTOLD} and (row.get("DriveLetter") or _system(row))
    ]
    if open_ones:
        return judged(SOURCE, observed, good=False)
    # What has no letter is mostly a recovery partition: no ground to fail, and none to pass.
    if any(state != PROTECTED for state in states):
        return unknown(SOURCE, observed)
    return judged(SOURCE, observed, good=True)


def _system(row: Mapping[str, str]) -> bool:
    return row.get("VolumeType") == "0" or row.get("DriveLetter", "").upper() == "C:"


def _method(row: Mapping[str, str]) -> str:
    method = METHODS.get(row.get("EncryptionMethod", ""))
    return f" ({method})" if method else ""


def _state(row: Mapping[str, str]) -> str:
    conversion, protection = row.get("ConversionStatus", ""), row.get("ProtectionStatus")
    if conversion in CONVERSION:
        return CONVERSION[conversion]
    if conversion == "1" and protection in {"0", "1"}:
        return PROTECTED if protection == "1" else "encrypted, protection off"
    return "not protected" if protection == "0" else UNTOLD
