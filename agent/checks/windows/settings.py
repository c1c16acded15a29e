"""Single settings of the registry that close a known way in, after the CIS benchmark for Windows."""

from __future__ import annotations

from agent.checks.check import Check, judged, unknown, unread
from agent.checks.windows.source import NOT_SET, expected, number, text
from agent.host.reader import Reader

POLICIES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies"
CONTROL = "HKLM\\SYSTEM\\CurrentControlSet\\Control"
SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft"
ALL_DRIVES = 0xFF
ONE = frozenset({1})
ZERO = frozenset({0})
OWN_NTLMV2 = frozenset({3, 4, 5})
"""Below 3 the PC itself sends LM or NTLMv1 answers, which are cracked within minutes."""
DISABLED = 4
ABSENT = frozenset({"2", "3"})
"""InstallState of Win32_OptionalFeature: 1 enabled, 2 disabled, 3 absent."""


def uac(reader: Reader) -> Check:
    """Programs ask before they become administrator: on, and not raised without a word."""
    path = f"{POLICIES}\\System"
    enabled, consent = (
        number(reader, path, name) for name in ("EnableLUA", "ConsentPromptBehaviorAdmin")
    )
    if enabled is None or (enabled and consent is None):
        return unread(path, reader, NOT_SET)
    if enabled != 1:
        return judged(path, "off", good=False)
    # 0 raises without asking; 1 to 5 ask in one way or another.
    observed = "on" if consent else "on, but administrators are never asked"
    return judged(path, observed, good=consent in range(1, 6))


def smb1(reader: Reader) -> Check:
    """The protocol that WannaCry came by: the feature is not installed, or both halves are off."""
    rows = reader.instances("Win32_OptionalFeature", "smb1") or ()
    named = [row.get("InstallState", "") for row in rows if row.get("Name") == "SMB1Protocol"]
    source = "Win32_OptionalFeature"
    if named and all(state in ABSENT for state in named):
        return judged(source, "SMBv1 is not installed", good=True)
    server = number(reader, f"{SERVICES}\\LanmanServer\\Parameters", "SMB1")
    client = number(reader, f"{SERVICES}\\mrxsmb10", "Start")
    source = f"{SERVICES}\\LanmanServer, mrxsmb10"
    if server == 0 and client == DISABLED:
        return judged(source, "SMBv1 is switched off", good=True)
    if "1" in named or server == 1 or client in {0, 1, 2, 3}:
        return judged(source, "SMBv1 can be used", good=False)
    return unread(source, reader, NOT_SET)


def rdp(reader: Reader) -> Check:
    """Remote desktop is off: on an office PC it is the first thing that attackers try."""
    own = f"{CONTROL}\\Terminal Server"
    policy = f"{POLICY}\\Windows NT\\Terminal Services"
    denied = number(reader, policy, "fDenyTSConnections")
    source = own if denied is None else policy
    if denied is None:
        denied = number(reader, own, "fDenyTSConnections")
    if denied is None or reader.gaps:
        return unread(source, reader, NOT_SET)
    if denied == 1:
        return judged(source, "off", good=True)
    network = number(reader, policy, "UserAuthentication")
    if network is None:
        network = number(reader, f"{own}\\WinStations\\RDP-Tcp", "UserAuthentication")
    first = "sign-in comes first" if network == 1 else "anyone sees the sign-in screen"
    return judged(source, f"remote desktop is on, {first}", good=False)


def autorun(reader: Reader) -> Check:
    """Nothing starts by itself from a USB stick: 255 is every kind of drive."""
    return expected(reader, f"{POLICIES}\\Explorer", "NoDriveTypeAutoRun", frozenset({ALL_DRIVES}))


def llmnr(reader: Reader) -> Check:
    """Names are not asked of whoever answers first in the network."""
    return expected(reader, f"{POLICY}\\Windows NT\\DNSClient", "EnableMulticast", ZERO)


def wdigest(reader: Reader) -> Check:
    """Passwords are not kept readable in memory."""
    path = f"{CONTROL}\\SecurityProviders\\WDigest"
    return expected(reader, path, "UseLogonCredential", ZERO)


def ntlm(reader: Reader) -> Check:
    """The PC answers by NTLMv2 at the least."""
    return expected(reader, f"{CONTROL}\\Lsa", "LmCompatibilityLevel", OWN_NTLMV2)


def secure_boot(reader: Reader) -> Check:
    """The firmware starts only what is signed."""
    path = f"{CONTROL}\\SecureBoot\\State"
    state = number(reader, path, "UEFISecureBootEnabled")
    if state in {0, 1}:
        return judged(path, "on" if state else "off", good=state == 1)
    if state is None and number(reader, CONTROL, "PEFirmwareType") == 1:
        return judged(CONTROL, "started by legacy BIOS", good=False)
    return unread(path, reader, NOT_SET)


def time_sync(reader: Reader) -> Check:
    """The time service is set to keep the clock by NTP or by the domain."""
    path = f"{SERVICES}\\W32Time"
    kind = text(reader, f"{path}\\Parameters", "Type")
    start = number(reader, path, "Start")
    if kind is None or start is None or reader.gaps:
        return unread(path, reader, NOT_SET)
    if kind.lower() == "nosync" or start == DISABLED:
        return judged(path, "the clock runs free", good=False)
    if kind.upper() not in {"NTP", "NT5DS", "ALLSYNC"} or start not in {2, 3}:
        return unknown(path, "it does not tell")
    return judged(path, "set to be kept right by the time service", good=True)


def usb_storage(reader: Reader) -> Check:
    """Whether USB sticks and disks can be used; how many ever were stands beside."""
    path = f"{SERVICES}\\USBSTOR"
    start = number(reader, path, "Start")
    if start is None or reader.gaps:
        return unread(path, reader, NOT_SET)
    seen = reader.key("HKLM\\SYSTEM\\CurrentControlSet\\Enum\\USBSTOR", "usb-storage")
    count = len(seen.subkeys) if seen else 0
    state = "USB storage is blocked" if start == DISABLED else "USB storage can be used"
    return judged(path, f"{state}, {count} models seen", good=start == DISABLED)
