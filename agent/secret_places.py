"""Where a machine tells who it is: by file, by property of WMI, by value of the registry, by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

WHOLE = re.compile(
    r"""(?ix)
    /proc/sys/kernel/(?:hostname|domainname) | /etc/(?:hostname|machine-id|mailname)
    | /var/lib/dbus/machine-id | /proc/sys/kernel/random/boot_id
    | /sys/.*/(?:serial|serial_number|wwid|address|[a-z]+_serial|[a-z]+_uuid|[a-z]+_asset_tag)
    """
)
"""Files whose whole content is one secret."""
FACTS = re.compile(
    r"""(?ix) \w+\.(?:
    SerialNumber | VolumeSerialNumber | IdentifyingNumber | UUID | SMBIOSAssetTag | AssetTag
    | SerialNumberID | UniqueId | MACAddress | PermanentAddress | NetworkAddresses
    | CSName | SystemName | DNSHostName | PSComputerName | __SERVER | MachineName | ServerName
    | DNSDomain | Workgroup | Domain | UserName | FullName | PrimaryOwnerName | RegisteredUser
    | Organization | Owner | PartialProductKey | ProductKeyID | ProductKeyID2 | OfflineInstallationId
    | \w*KeyManagementService(?:Machine\w*|LookupDomain) | KeyManagementServiceMachine
    | \w*KeyManagementServiceProductKeyID | SSID | ProfileName | Location | ShareName | VolumeName
    | OA3xOriginalProductKey )
    | Win32_(?:ComputerSystem|UserAccount|NetworkLoginProfile)\.(?:Name|Caption)
    | Win32_(?:UserAccount|NetworkLoginProfile|ComputerSystem|OperatingSystem)\.Description
    """
)
"""Properties whose whole value is one secret; of a list, each part."""
NAMED_VALUES = re.compile(
    r"""(?ix) .*\\(?:
    ComputerName | Hostname | NV\x20Hostname | Domain | NV\x20Domain | DhcpDomain | SearchList
    | RegisteredOwner | RegisteredOrganization | MachineGuid | SusClientId | ProfileName
    | LastLoggedOnUser | LastUsedUsername | DefaultUserName | DefaultDomainName | SerialNumber
    | KeyManagementServiceName | ProfileImagePath | ProductId | BootId )
    """
)
LINES = re.compile(
    r"""(?imx)^[\s*]*(?:
    (?:serial|serial\x20number|uuid|asset\x20tag|logical\x20unit\x20id|lu\x20wwn\x20device\x20id)
    |native-path:\x20.*\x20serial ) \s*:\s*(?P<secret>\S.*?)\s*$"""
)
"""What dmidecode(8), smartctl(8) and upower(1) print."""
KEYED = re.compile(
    r'"(?:machineGuid|orgId|deviceId|computerName|hostname|userName|managedBy)"\s*:\s*"(?P<secret>[^"]+)"',
    re.IGNORECASE,
)
MAPPED = re.compile(r"CRYPT-\w+-(?P<secret>[0-9a-f]{32})|LVM-(?P<lvm>\w{64})")
"""/sys/block/dm-*/dm/uuid: only its head says what it is."""
INSTANCE = re.compile(
    r"""(?ix)\b(?:USB|USBSTOR|USBPRINT|SCSI|BTHENUM|WPDBUSENUM)\\+[^\\\s"]+\\+
    (?P<secret>[^\\\s"&#,}]{4,})(?=&\d+\b|[\s"\\,}]|$)"""
)
"""The third part of a device's name in Windows is its serial number where it has one."""
DOCUMENT = re.compile(
    r"""(?i)[\\/](?P<secret>[^\\/:*?"<>|\r\n]{2,})(?=\.(?:docx?|xlsx?|pptx?|pdf|rtf|od[tsp])\b)"""
)
"""Somebody's document among what starts with the PC: its ending alone tells what it is."""
COMPONENT = re.compile(r'(?P<domain>(?<=Domain=")[^"]+)|(?P<name>(?<=,Name=")[^"]+)')
ACCOUNTS = re.compile(
    r"/etc/(?:ssh/.*|sudoers.*|group|passwd|hosts|security/.*)|/proc/self/mounts|/proc/cmdline"
    r"|/var/lib/AccountsService/.*|/etc/cups/.*|timedatectl|Win32_GroupUser\.\w+|recording\.json"
)
"""Where a name of one or two letters is a name and no part of a word."""
WITH_UUIDS = re.compile(
    r"/proc/(?:self/mounts|cmdline)|/etc/(?:fstab|crypttab|cups/.*)|/sys/block/.*|recording\.json"
    r"|Win32_(?:NetworkAdapter\w*|Volume|LogicalDisk|EncryptableVolume|DiskPartition)\..*"
    r"|MSFT_(?:Net|Disk|Partition|Volume|Physical)\w*\..*|upower"
)
SOFTWARE = re.compile(
    r"(?i)/var/lib/(?:dpkg|apt|rpm|clamav|snapd|flatpak)/.*|dpkg-query|rpm|snap|flatpak|apt-get|dnf"
    r"|Get-AppxPackage|windows-update|mdatp|/usr/.*|/lib/.*|.*\\Uninstall\b.*|.*\\Appx\w*\\.*"
    r"|.*Version|.*\.Name|.*\\Class\\.*|.*\\Services\\.*\\ImagePath|/etc/os-release|/proc/cpuinfo"
)
"""Where four numbers with dots are a version; an address that is known stands for one there too."""
SID = re.compile(r"(?<=S-1-5-21-)\d+-\d+-\d+|(?<=S-1-12-1-)\d+-\d+-\d+-\d+", re.IGNORECASE)
PRODUCT = re.compile(
    r"\b(?:[BCDFGHJKMNPQRTVWXY2-9]{5}-){4}[BCDFGHJKMNPQRTVWXY2-9]{5}\b"
    r"|\b\d{5}-[A-Z0-9]{3,5}-\d{5,7}-[A-Z0-9]{5}\b"
)
HARDWARE = re.compile(
    r"(?i)(?<![0-9a-f:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![0-9a-f:-])"
)
IPV4 = re.compile(
    r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)"
)
IPV6 = re.compile(r"(?i)(?<![0-9a-f:.])[0-9a-f:]*:[0-9a-f]{0,4}:[0-9a-f:]*[0-9a-f](?![0-9a-f:])")
UUIDS = re.compile(r"(?i)(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])")
GENERIC = frozenset(
    {
        *("root", "admin", "administrator", "administrators", "user", "users", "guest", "nobody"),
        *("daemon", "system", "service", "public", "default", "defaultaccount", "workgroup"),
        *("builtin", "localhost", "local", "none", "(none)", "home", "office", "debian", "ubuntu"),
        *("test", "backup", "owner", "sudo", "wheel", "docker", "windows", "linux", "kernel"),
        *("server", "desktop", "laptop", "computer", "everyone", "mail", "www-data", "plugdev"),
        *("staff", "nt authority", "nt service", "window manager", "font driver host"),
    }
)
"""Names that are everybody's: in running text they stand for no one."""


def whole(path: str) -> bool:
    """Whether all that is told at this place is one secret, or a list of them."""
    return bool(WHOLE.fullmatch(path) or FACTS.fullmatch(path) or NAMED_VALUES.fullmatch(path))


def within(path: str, text: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand in a text of many things."""
    if not SOFTWARE.fullmatch(path):
        for pattern in (LINES, KEYED, INSTANCE, DOCUMENT):
            yield from (found.span("secret") for found in pattern.finditer(text))
    yield from (found.span(found.lastgroup or 0) for found in MAPPED.finditer(text))


def patterns(path: str) -> tuple[re.Pattern[str], ...]:
    """What is a secret by its form alone, at this place."""
    found = [SID, PRODUCT, HARDWARE]
    return (*found, UUIDS) if WITH_UUIDS.fullmatch(path) else tuple(found)
