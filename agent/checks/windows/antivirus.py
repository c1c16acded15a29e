"""Protection against malware: what the Security Center knows, and Defender of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.checks.check import Check, judged, unknown, unread
from agent.checks.windows.source import SECURITY_CENTER, missing, switched_on, told
from agent.host.reader import Reader
from agent.parse.lines import whole

CENTER = "AntiVirusProduct"
DEFENDER = "MSFT_MpComputerStatus"
DEFENDER_SPACE = "root\\microsoft\\windows\\defender"
DEFENDER_GUID = "D68DDC3A-831F-4FAE-9E44-DA132C1ACF46"
MOST_AGE_DAYS = 7
"""Signatures older than a week miss what goes round now."""


MOST_SCAN_DAYS = 14
"""Windows scans once a week by itself; a PC that missed two of them is not looked after."""
NEVER = 2**32 - 1
"""What the class tells of a scan that never was."""


@dataclass(frozen=True)
class Product:
    """One antivirus; None is what it does not tell."""

    name: str
    state: str | None
    current: bool | None

    @property
    def protects(self) -> bool:
        return self.state == "protecting"


def antivirus(reader: Reader) -> Check:
    """At least one product that is on and looks at files as they are used."""
    found = _products(reader)
    source = _source(found)
    if not found:
        return unread(source, reader, "") if reader.gaps else _none(reader)
    observed = ", ".join(f"{one.name}: {one.state or 'its state is not told'}" for one in found)
    if not any(one.protects for one in found) and any(one.state is None for one in found):
        return unknown(source, observed)
    return judged(source, observed, good=any(one.protects for one in found))


def _none(reader: Reader) -> Check:
    if reader.instances("AntiVirusProduct", "wmi", SECURITY_CENTER) is None:
        return unknown(CENTER, "neither the Security Center nor Defender answers")
    return judged(CENTER, "no antivirus is registered", good=False)


def signatures(reader: Reader) -> Check | None:
    """How old its knowledge is. Left out where nothing protects: that fails elsewhere."""
    found = _products(reader)
    source = _source(found)
    guards = [one for one in found if one.protects]
    if not guards:
        unclear = reader.gaps or any(one.state is None for one in found) or not found
        return unread(source, reader, "no antivirus that protects was seen") if unclear else None
    if all(one.current is None for one in guards):
        return unread(source, reader, "it does not tell the age")
    said = {True: "signatures are current", False: "signatures are old"}
    observed = ", ".join(
        f"{one.name}: {said[one.current]}" for one in guards if one.current is not None
    )
    return judged(source, observed, good=any(one.current for one in guards))


def scan(reader: Reader) -> Check | None:
    """How long ago Defender last looked through the PC. Left out where another product guards."""
    rows = reader.instances("MSFT_MpComputerStatus", "wmi", DEFENDER_SPACE)
    if not rows:
        return missing(reader, DEFENDER)
    if any(one.protects and not _ours(one.name) for one in _products(reader)):
        return None
    ages = [rows[0].get(name, "").strip() for name in ("QuickScanAge", "FullScanAge")]
    # To the last sign: a date in its place begins with a number too.
    known = [int(age) for age in ages if age.isdecimal() and len(age) < 11 and int(age) <= NEVER]
    if not known or len(known) < len(ages):
        return unread(DEFENDER, reader, "it does not tell")
    if min(known) == NEVER:
        return judged(DEFENDER, "it was never scanned", good=False)
    days = min(known)
    return judged(DEFENDER, f"scanned {days} days ago", good=days <= MOST_SCAN_DAYS)


def tamper_protection(reader: Reader) -> Check | None:
    """No program switches Defender off. Left out where another product guards in its place."""
    rows = reader.instances("MSFT_MpComputerStatus", "wmi", DEFENDER_SPACE)
    if not rows:
        return missing(reader, DEFENDER)
    locked = told(rows[0], "IsTamperProtected")
    if locked is None:
        return unread(DEFENDER, reader, "it does not tell")
    if not locked and any(one.protects and not _ours(one.name) for one in _products(reader)):
        return None
    if locked:
        return judged(DEFENDER, "no program can switch it off", good=True)
    return judged(DEFENDER, "any administrator's program switches it off", good=False)


def _source(found: tuple[Product, ...]) -> str:
    # Of Defender both are read: the Security Center does not say that it is passive.
    return f"{CENTER}, {DEFENDER}" if any(_ours(one.name) for one in found) else CENTER


def _ours(name: str) -> bool:
    return "defender" in name.lower()


def _products(reader: Reader) -> tuple[Product, ...]:
    listed = reader.instances("AntiVirusProduct", "wmi", SECURITY_CENTER) or ()
    found = [_product(reader, row) for row in listed]
    if not found:
        # Windows Server has no Security Center.
        own = _defender(reader)
        return (own,) if own else ()
    return tuple(found)


def _product(reader: Reader, row: Mapping[str, str]) -> Product:
    name, on = row.get("displayName") or "?", switched_on(row)
    if not on:
        return Product(name, None if on is None else "off", None)
    guid = row.get("instanceGuid", "").strip("{}").upper()
    if _ours(name) or guid in {"", DEFENDER_GUID}:
        # Or may be Defender, where it does not say who it is: Defender's own word must hold too.
        return _defender(reader) or Product(name, None, None)
    # The last byte: 00 for signatures that are current, 10 for old ones.
    return Product(name, "protecting", int(row["productState"]) & 0xFF == 0)


def _defender(reader: Reader) -> Product | None:
    rows = reader.instances("MSFT_MpComputerStatus", "wmi", DEFENDER_SPACE)
    if not rows:
        return None
    row, name = rows[0], "Microsoft Defender"
    age = whole(row.get("AntivirusSignatureAge"))
    current = None if age is None or age < 0 else age <= MOST_AGE_DAYS
    if told(row, "DefenderSignaturesOutOfDate"):
        current = False  # they may be young, and still not what this engine needs
    mode = row.get("AMRunningMode", "").strip().lower()
    if told(row, "AntivirusEnabled") is False:
        return Product(name, "off", current)
    if "passive" in mode or "edr" in mode:
        return Product(name, "passive mode", current)
    if told(row, "RealTimeProtectionEnabled") is False:
        return Product(name, "real-time protection off", current)
    marks = [told(row, each) for each in ("AntivirusEnabled", "RealTimeProtectionEnabled")]
    sure = mode == "normal" and all(marks)
    return Product(name, "protecting" if sure else None, current)
