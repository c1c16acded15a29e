"""Licences of Windows and Office: how they were activated, and the last signs of the key alone."""

from __future__ import annotations

from datetime import timedelta

from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.windows.classes import Row

CLASSES = ("SoftwareLicensingProduct", "OfficeSoftwareProtectionProduct")
"""The second is of Office 2010 on Windows 7."""
OFFICE = ("HKLM\\SOFTWARE\\Microsoft\\Office", "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Office")
LICENSED = 1
STATES = {
    0: "unlicensed",
    1: "licensed",
    2: "grace",
    3: "grace",
    4: "not-genuine",
    5: "notification",
    6: "grace",
}
VERSIONS = ("16.0", "15.0", "14.0", "12.0")


def licences(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a product that has a key; an Office that WMI does not know, by the registry."""
    answers = [reader.instances(name, "licences") for name in CLASSES]
    every = [row for answer in answers for row in answer or ()]
    rows = [row for row in every if row.get("PartialProductKey")]
    if any(whole(row.get("LicenseStatus")) == LICENSED for row in every if row not in rows):
        reader.gap("licences", "an entry cannot be read")  # licensed, and yet without a key
    found = [_licence(reader, row) for row in rows]
    if not any("office" in row.get("Name", "").lower() for row in rows):
        found += _registered(reader)
    if answers[0] is None and not found:
        if not any(gap.field == "licences" for gap in reader.gaps):
            reader.gap("licences", f"no WMI class {CLASSES[0]} here")
        return None
    return found


def _licence(reader: Reader, row: Row) -> dict[str, Any]:
    minutes = whole(row.get("GracePeriodRemaining"))
    return told(
        name=row.get("Name"),
        edition=_product(reader, row.get("ID", "")) or row.get("Description"),
        channel=row.get("ProductKeyChannel"),
        # Five signs of 25, as Windows itself shows them to whoever asks.
        ending=row["PartialProductKey"][-5:],
        status=STATES.get(whole(row.get("LicenseStatus")) or 0),
        product_id=row.get("ProductKeyID2") or row.get("ProductKeyID"),
        valid_until=_until(reader, minutes) if minutes else None,
        activation_server=row.get("KeyManagementServiceMachine")
        or row.get("DiscoveredKeyManagementServiceMachineName"),
    )


def _until(reader: Reader, minutes: int) -> str | None:
    try:
        return (reader.host.at + timedelta(minutes=minutes)).date().isoformat()
    except OverflowError:
        return None


def _product(reader: Reader, licence: str) -> str | None:
    """The name under which Office registered that licence."""
    for top in OFFICE:
        for version in VERSIONS:
            place = f"{top}\\{version}\\Registration\\{{{licence.upper()}}}"
            try:
                name = reader.host.key(place).values.get("ProductName")
            except UnreadableError:
                continue  # not an Office of that version; the name is told by WMI too
            if isinstance(name, str):
                return name
    return None


def _registered(reader: Reader) -> list[dict[str, Any]]:
    """Editions of Office that were given a key. The key stands there too, and is left there."""
    found = []
    for top in OFFICE:
        for version in VERSIONS:
            place = f"{top}\\{version}\\Registration"
            key = reader.key(place, "licences")
            for name in key.subkeys if key else ():
                own = reader.key(f"{place}\\{name}", "licences")
                values = own.values if own else {}
                if isinstance(values.get("DigitalProductID"), bytes):
                    names = ("ProductName", "ConvertToEdition", "ProductNameNonQualified")
                    called = next((str(values[one]) for one in names if values.get(one)), None)
                    number = values.get("ProductID")
                    number = number if isinstance(number, str) else None
                    row = told(name=called or f"Office {version}", product_id=number)
                    found.append(row)
    return found
