"""Network adapters of Windows, its gateway and name servers, by WMI."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.parse.wmi import items
from agent.windows.classes import Row, devices, rows

STANDARD = "root\\StandardCimv2"
CONNECTED = "2"
"""NetConnectionStatus of Win32_NetworkAdapter; the others are disconnected, disabled, failing."""
WIFI = "71"
"""ieee80211 among the interface types of IANA, which MSFT_NetAdapter tells."""
NATIVE_WIFI, BLUETOOTH = "9", "10"
"""NdisPhysicalMedium of MSFT_NetAdapter."""
FASTEST = 1_000_000_000_000
"""Above stands for unknown: a port without a cable tells 2^63-1."""
LAST = 1 << 31


def network(reader: Reader) -> dict[str, Any]:
    """`network`, `gateway` and `dns` of the section `system`, as far as they are told."""
    settings = rows(reader, "Win32_NetworkAdapterConfiguration", "network[].addresses")
    untold = reader.gaps[-1].cause if settings is None else ""
    adapters = devices(reader, "Win32_NetworkAdapter", "network")
    bound = {row.get("Index", ""): row for row in settings or ()}
    _miss(reader, settings or (), adapters)
    found: dict[str, Any] = {"gateway": _gateway(settings or ()), "dns": None}
    if settings is None:
        reader.gap("dns", untold)
        reader.gap("gateway", untold)
    else:
        found["dns"] = _name_servers(settings)
    if adapters is not None:
        kinds = _kinds(reader)
        found["network"] = [
            _interface(row, bound.get(row.get("Index", ""), {}), kinds)
            for row in adapters
            if row.get("NetConnectionID")
            or row.get("NetConnectionStatus")
            or _enabled(bound.get(row.get("Index", ""), {}))
        ]
    return told(**found)


def outward(reader: Reader) -> tuple[str | None, list[str]]:
    """The gateway and the name servers alone: one class, asked every minute where a line is looked at."""
    settings = rows(reader, "Win32_NetworkAdapterConfiguration", "gateway") or ()
    return _gateway(settings), _name_servers(settings)


def _miss(reader: Reader, settings: tuple[Row, ...], adapters: tuple[Row, ...] | None) -> None:
    """Name what a damaged entry costs: an address that is none, settings that no adapter has."""
    switches = {row.get("IPEnabled", "").upper() for row in settings}
    if not switches <= {"TRUE", "FALSE"}:
        for field in ("network", "dns", "network[].addresses"):
            reader.gap(field, "an entry cannot be read")
    known = {row.get("Index", "") for row in adapters or ()}
    used = [row for row in settings if _enabled(row)]
    if adapters is not None and any(row.get("Index", "") not in known for row in used):
        reader.gap("network", "the settings of an adapter that is not told")
    if any(not row.get("IPAddress") for row in used):
        reader.gap("network[].addresses", "an entry cannot be read")
    for name, field in (("IPAddress", "network[].addresses"), ("DNSServerSearchOrder", "dns")):
        if any(
            len(_addresses(row.get(name, ""))) < len(items(row.get(name, ""))) for row in settings
        ):
            reader.gap(field, "not an address of the network")


def _interface(row: Row, bound: Row, kinds: Mapping[str, Row]) -> dict[str, Any]:
    up = row.get("NetConnectionStatus") == CONNECTED if row.get("NetConnectionStatus") else None
    speed = whole(row.get("Speed"))
    mac = row.get("MACAddress") or bound.get("MACAddress", "")
    return told(
        name=row.get("NetConnectionID") or row.get("Name"),
        mac=mac.lower(),
        addresses=_addresses(bound.get("IPAddress", "")),
        # The rate of a port that is not connected is the last one, or made up.
        speed_bits_per_second=speed if up and speed and 0 < speed < FASTEST else None,
        up=up,
        kind=_kind(row, kinds.get(row.get("InterfaceIndex", ""))),
    )


def _kinds(reader: Reader) -> Mapping[str, Row]:
    # Windows 7 has no such class: the adapter's own row tells less well then, and that is no gap.
    found = reader.instances("MSFT_NetAdapter", "network[].kind", STANDARD) or ()
    return {row["InterfaceIndex"]: row for row in found if row.get("InterfaceIndex")}


def _kind(row: Row, better: Row | None) -> str:
    device = row.get("PNPDeviceID", "").upper()
    if device.startswith("BTH\\") or (better and better.get("NdisPhysicalMedium") == BLUETOOTH):
        return "other"
    # Drivers of VPNs call themselves physical; the bus tells that they are made of software.
    if device.startswith(("ROOT\\", "SWD\\", "{")) or (better and better.get("Virtual") == "TRUE"):
        return "virtual"
    if better:
        radio = better.get("InterfaceType") == WIFI
        return "wifi" if radio or better.get("NdisPhysicalMedium") == NATIVE_WIFI else "ethernet"
    name = row.get("Name", "").lower()
    if any(word in name for word in ("wi-fi", "wireless", "wlan", "802.11")):
        return "wifi"
    return "ethernet" if row.get("AdapterTypeId") == "0" else "other"


def _gateway(settings: tuple[Row, ...]) -> str | None:
    """Default gateway of IPv4, of the adapter with the least metric."""
    found = [
        (whole(row.get("IPConnectionMetric")) or LAST, address)
        for row in settings
        if _enabled(row)
        for address in _addresses(row.get("DefaultIPGateway", ""))
        if ":" not in address
    ]
    return min(found)[1] if found else None


def _name_servers(settings: tuple[Row, ...]) -> list[str]:
    """Name servers of the adapters in use, each once, the least metric first."""
    used = sorted(
        (row for row in settings if _enabled(row)),
        key=lambda row: whole(row.get("IPConnectionMetric")) or LAST,
    )
    found = (one for row in used for one in _addresses(row.get("DNSServerSearchOrder", "")))
    return list(dict.fromkeys(found))


def _enabled(row: Row) -> bool:
    return row.get("IPEnabled", "").upper() == "TRUE"


def _addresses(text: str) -> list[str]:
    found = []
    for item in items(text):
        try:
            found.append(str(ip_address(item.partition("%")[0])))
        except ValueError:
            continue  # no address: nothing that could be reached
    return found
