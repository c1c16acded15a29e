"""The probe `system` on Windows: which Windows, since when, and how the PC stands in the network."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.host import Host, Key
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse import wmi
from agent.parse.firmware import told
from agent.probes.machine import brand
from agent.report import Reading
from agent.windows.classes import Row, first
from agent.windows.network import network
from agent.windows.support import supported_until
from agent.windows.volumes import volumes
from agent.windows.zones import zone

VERSION = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
CONTROL = "HKLM\\SYSTEM\\CurrentControlSet\\Control"
ENVIRONMENT = f"{CONTROL}\\Session Manager\\Environment"
COMPUTER = f"{CONTROL}\\ComputerName\\ActiveComputerName"
TIME_ZONE = f"{CONTROL}\\TimeZoneInformation"
TCPIP = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
ELEVEN = 22000
"""The first build of Windows 11, whose ProductName still says Windows 10."""
ARCHITECTURES = {"amd64": "x86_64", "x86": "i686", "arm64": "aarch64"}
NEEDED = ("boot_at", "hostname", "timezone")
NEEDED_OF_OS = ("name", "build", "edition", "architecture", "installed_at")


def probe(host: Host) -> Reading:
    """By the registry, and by WMI where the registry does not tell."""
    reader = Reader(host)
    running = next(iter(reader.instances("Win32_OperatingSystem", "os") or ()), {})
    system = _os(reader, running)
    own_zone = _text(reader.key(TIME_ZONE, "timezone"), "TimeZoneKeyName")
    section = told(
        os=system,
        boot_at=_instant(running.get("LastBootUpTime", "")),
        hostname=_text(reader.key(COMPUTER, "hostname"), "ComputerName")
        or _text(reader.key(TCPIP, "hostname"), "Hostname")
        or _name_of_adapters(Reader(host)),
        domain=_text(reader.key(TCPIP, "domain"), "Domain"),
        # One that is not in the table is told as Windows calls it, which is better than nothing.
        timezone=zone(own_zone) or own_zone,
        timezone_windows=own_zone,
        hypervisor=_hypervisor(reader),
        volumes=volumes(reader),
        **network(reader),
    )
    missing = [name for name in NEEDED if name not in section]
    missing += [f"os.{name}" for name in NEEDED_OF_OS if name not in system]
    known = {gap.field for gap in reader.gaps}
    for name in missing:
        if name not in known:
            reader.gap(name, "not told by this system")
    return Reading(section, tuple(reader.gaps))


def _os(reader: Reader, running: Row) -> dict[str, Any]:
    key = reader.key(VERSION, "os")
    build = _text(key, "CurrentBuild") or _text(key, "CurrentBuildNumber")
    build = build or running.get("BuildNumber", "")
    edition, kind = _text(key, "EditionID"), _text(key, "InstallationType")
    ends = supported_until(build, edition, kind)
    if ends is None:
        version = f"{edition} {build}".strip() or "?"
        reader.gap("os.supported_until", f"no end of support known for {version}")
    revision = _number(key, "UBR")
    return told(
        family="windows",
        name=_name(_text(key, "ProductName") or running.get("Caption", ""), build, kind),
        version=_text(key, "DisplayVersion") or _text(key, "ReleaseId"),
        build=f"{build}.{revision}" if build and revision is not None else build,
        edition=edition,
        architecture=_architecture(reader),
        installed_at=_instant(running.get("InstallDate", "")) or _installed_at(key),
        supported_until=ends.isoformat() if ends else None,
    )


def _name(product: str, build: str, kind: str) -> str:
    product = product.removeprefix("Microsoft ").strip()
    client = not kind.lower().startswith("server") and "server" not in product.lower()
    eleven = client and build.isdecimal() and int(build[:9]) >= ELEVEN
    return product.replace(" 10", " 11", 1) if eleven else product


def _architecture(reader: Reader) -> str | None:
    named = _text(reader.key(ENVIRONMENT, "os.architecture"), "PROCESSOR_ARCHITECTURE")
    return ARCHITECTURES.get(named.lower())


def _installed_at(key: Key | None) -> str | None:
    seconds = _number(key, "InstallDate")  # a DWORD of seconds since 1970, also in newer versions
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None


def _instant(text: str) -> str | None:
    found = wmi.moment(text)
    return found.isoformat() if found else None


def _hypervisor(reader: Reader) -> str | None:
    row = first(reader.instances("Win32_ComputerSystem", "hypervisor"))
    known = brand(f"{row.get('Manufacturer', '')} {row.get('Model', '')}")
    # HypervisorPresent is TRUE on a real PC too, below which Windows protects itself by Hyper-V.
    return known or ("none" if row.get("HypervisorPresent", "").upper() == "FALSE" else None)


def _name_of_adapters(reader: Reader) -> str | None:
    """The host's name as its adapters tell it; where that is told, no gap is left by it."""
    told_by = reader.instances("Win32_NetworkAdapterConfiguration", "hostname") or ()
    return next((row["DNSHostName"] for row in told_by if row.get("DNSHostName")), None)


def _text(key: Key | None, name: str) -> str:
    value = _value(key, name)
    # A DWORD that an installer wrote as text, and the other way round, both happen.
    return str(value).strip() if isinstance(value, str | int) else ""


def _number(key: Key | None, name: str) -> int | None:
    value = _value(key, name)
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:18])
    return value if isinstance(value, int) and 0 <= value < 1 << 32 else None


def _value(key: Key | None, name: str) -> object:
    """A value by its name, letters alike, as Windows has it."""
    values = key.values.items() if key else ()
    return next((value for one, value in values if one.lower() == name.lower()), None)
