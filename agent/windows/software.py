"""What is installed on Windows, by the registry's list for uninstalling: both views and every account."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.host import Value
from agent.host.reader import Reader
from agent.parse.firmware import Part, told
from agent.software.source import Source
from agent.windows.classes import Row

LIST = "Microsoft\\Windows\\CurrentVersion\\Uninstall"
PLACES = {
    "registry": f"HKLM\\SOFTWARE\\{LIST}",
    "registry-32": f"HKLM\\SOFTWARE\\WOW6432Node\\{LIST}",
}
"""Programs of 64 and of 32 bits; on a Windows of 32 bits there is the first alone."""
PROFILES = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
ACCOUNT = re.compile(r"S-1-(?:5-21|12-1)-[\d-]+")
"""Security ids of people; the others in HKU are of the system itself."""
KB = re.compile(r"\bKB\d{6,8}\b", re.IGNORECASE)
DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
SHORT_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def sources(reader: Reader) -> tuple[Source, ...]:
    """Every view that is there. Whose programs the accounts' own are, is not told."""
    found = [_listed(reader, name, (place,)) for name, place in PLACES.items()]
    found += [_accounts(reader), _hotfixes(reader)]
    return tuple(one for one in found if one)


def services(reader: Reader) -> tuple[str, ...]:
    """Names of the installed services, and what they are called."""
    rows = reader.instances("Win32_Service", "remote_access") or ()
    return tuple(row.get(name, "") for row in rows for name in ("Name", "DisplayName"))


def _accounts(reader: Reader) -> Source | None:
    """The accounts' own programs, of those whose part of the registry is loaded: who is signed in."""
    top, profiles = reader.key("HKU", "packages"), reader.key(PROFILES, "packages")
    loaded = {name for name in (top.subkeys if top else ()) if ACCOUNT.fullmatch(name)}
    known = {name for name in (profiles.subkeys if profiles else ()) if ACCOUNT.fullmatch(name)}
    places = tuple(f"HKU\\{name}\\SOFTWARE\\{LIST}" for name in sorted(loaded))
    found = _listed(reader, "registry-account", places)
    if known <= loaded:
        return found
    reader.gap("packages", f"programs of {len(known - loaded)} accounts that are not signed in")
    return Source("registry-account", found.packages if found else (), complete=False)


def _listed(reader: Reader, source: str, places: tuple[str, ...]) -> Source | None:
    before = len(reader.gaps)
    known: list[Part] = []
    there = False
    for place in places:
        top = reader.key(place, "packages")
        there = there or top is not None
        for name in top.subkeys if top else ():
            key = reader.key(f"{place}\\{name}", "packages")
            if key and (package := described(key.values)):
                known.append(package)
            elif key and lost_its_name(key.values):
                reader.gap("packages", "an entry cannot be read")
    failed = len(reader.gaps) > before
    return Source(source, tuple(known), complete=not failed) if there or failed else None


def described(values: Mapping[str, Value]) -> Part | None:
    """One entry of the list; None where it has no name, and Windows does not show it either."""
    name = _text(values, "DisplayName")
    if not name:
        return None
    return told(
        name=name,
        version=_text(values, "DisplayVersion"),
        publisher=_text(values, "Publisher"),
        installed_at=day(_text(values, "InstallDate")),
        category=category(values, name),
    )


OF_A_PROGRAM = ("DisplayVersion", "Publisher", "UninstallString", "InstallLocation", "ReleaseType")


def lost_its_name(values: Mapping[str, Value]) -> bool:
    """Whether what is no package looks like one: with a version and a publisher, or a damaged name."""
    name = next((one for key, one in values.items() if key.lower() == "displayname"), "")
    return not isinstance(name, str) or any(_text(values, one) for one in OF_A_PROGRAM)


def category(values: Mapping[str, Value], name: str) -> str:
    """What kind of entry it is: programs are told apart from their parts and their updates."""
    release = _text(values, "ReleaseType").lower()
    # Windows hides an entry under another (ParentKeyName): a patch of that program.
    patch = bool(release or _text(values, "ParentKeyName") or KB.search(name))
    if patch:
        return _update(f"{release} {name.lower()}")
    return "system_component" if values.get("SystemComponent") == 1 else "application"


def _update(words: str) -> str:
    if "security" in words:
        return "security_update"
    return "hotfix" if "hotfix" in words else "update"


def _hotfixes(reader: Reader) -> Source | None:
    rows = reader.instances("Win32_QuickFixEngineering", "packages")
    if rows is None:
        return None
    known = tuple(_hotfix(row) for row in rows if row.get("HotFixID"))
    if len(known) < len(rows):
        reader.gap("packages", "an entry cannot be read")
    return Source("updates", known, complete=len(known) == len(rows))


def _hotfix(row: Row) -> Part:
    return told(
        name=row["HotFixID"],
        publisher="Microsoft Corporation",
        installed_at=day(row.get("InstalledOn", "")),
        category=_update(row.get("Description", "").lower()),
    )


def day(written: str) -> str | None:
    """`20210724` or, month first, `7/24/2021`, as a date; None for what is neither."""
    if found := DAY.fullmatch(written):
        year, month, of_month = found.groups()
    elif found := SHORT_DAY.fullmatch(written):
        month, of_month, year = found.groups()
    else:
        return None
    if not (1 <= int(month) <= 12 and 1 <= int(of_month) <= 31):
        return None
    return f"{year}-{int(month):02}-{int(of_month):02}"


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    # Some installers write past the end of their text: what follows a control sign is noise.
    return re.split(r"[\x00-\x1f]", value, maxsplit=1)[0].strip() if isinstance(value, str) else ""
