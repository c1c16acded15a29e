"""The Windows firewall in its three profiles, by what is in force: policy over the PC's own."""

from __future__ import annotations

from agent.checks.check import Check, judged, unknown, unread
from agent.checks.windows.source import SECURITY_CENTER, switched_on, value, whole
from agent.host.reader import Reader
from agent.parse.lines import whole as digits

POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall"
LOCAL = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"
SERVICE = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MpsSvc"
DISABLED = 4
PROFILES = {
    # Name: keys of its policy, its own key. The private profile was once called standard.
    "domain": (("DomainProfile",), "DomainProfile"),
    "private": (("PrivateProfile", "StandardProfile"), "StandardProfile"),
    "public": (("PublicProfile",), "PublicProfile"),
}


def firewall(reader: Reader) -> Check:
    """On in every profile, and its service not switched off; or another product in its place."""
    other = _other(reader)
    if other:
        return judged("FirewallProduct", f"{other}: on", good=True)
    second = _second(reader)
    states = {name: _state(reader, name, second) for name in PROFILES}
    service = reader.key(SERVICE, "registry")
    start = whole(reader, value(service, "Start"), SERVICE)
    if start == DISABLED:
        return judged(SERVICE, "the firewall's service is switched off", good=False)
    off = [name for name, state in states.items() if state is False]
    if off:
        return judged(LOCAL, f"off in: {', '.join(off)}", good=False)
    unclear = [name for name, state in states.items() if state is None]
    if unclear or reader.gaps:
        return unread(LOCAL, reader, f"not told for: {', '.join(unclear)}")
    if service and start is None:
        return unknown(SERVICE, "the firewall's service does not tell how it starts")
    return judged(LOCAL, "on in every profile", good=True)


def _state(reader: Reader, name: str, second: dict[str, bool | None]) -> bool | None:
    policies, own = PROFILES[name]
    for policy in policies:
        path = f"{POLICY}\\{policy}"
        found = reader.key(path, "registry")
        if found:
            # A policy that lost its word may have said anything: the PC's own setting is no answer.
            return _switch(whole(reader, value(found, "EnableFirewall"), path))
    local = reader.key(f"{LOCAL}\\{own}", "registry")
    if local is None:
        return second.get(name)
    state = _switch(whole(reader, value(local, "EnableFirewall"), f"{LOCAL}\\{own}"))
    return False if second.get(name) is False else state


def _switch(found: int | None) -> bool | None:
    return {0: False, 1: True}.get(-1 if found is None else found)


def _second(reader: Reader) -> dict[str, bool | None]:
    rows = reader.instances("MSFT_NetFirewallProfile", "firewall", "root\\StandardCimv2") or ()
    return {row.get("Name", "").lower(): _switch(digits(row.get("Enabled"))) for row in rows}


def _other(reader: Reader) -> str | None:
    rows = reader.instances("FirewallProduct", "wmi", SECURITY_CENTER) or ()
    return next((row.get("displayName") or "?" for row in rows if switched_on(row)), None)
