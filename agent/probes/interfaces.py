"""Network interfaces by /sys/class/net, for the probe `system`."""

from __future__ import annotations

from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told

FOLDER = "/sys/class/net"
ETHERNET = 1
NO_ADDRESS = "00:00:00:00:00:00"


def interfaces(reader: Reader) -> list[dict[str, Any]] | None:
    """Every interface but the loopback."""
    names = reader.names(FOLDER, "network")
    if names is None:
        reader.gap("network", f"no {FOLDER}: no network here")
        return None
    try:
        addresses = reader.host.addresses()
    except UnreadableError as problem:
        reader.gap("network[].addresses", problem.cause)
        addresses = {}
    real = [name for name in names if name not in {"lo", "bonding_masters"}]
    return [_interface(reader, name, addresses.get(name, ())) for name in real]


def _interface(reader: Reader, name: str, addresses: tuple[str, ...]) -> dict[str, Any]:
    def text(file: str) -> str | None:
        return reader.text(f"{FOLDER}/{name}/{file}", f"network[{name}].{file}")

    mac, up = text("address"), text("operstate")
    return told(
        name=name,
        mac=mac if mac != NO_ADDRESS else None,
        addresses=list(addresses),
        speed_bits_per_second=_speed(reader, name),
        up=None if up in {None, "unknown"} else up == "up",
        kind=_kind(reader, name),
    )


def _speed(reader: Reader, name: str) -> int | None:
    try:
        megabits = int(reader.host.read(f"{FOLDER}/{name}/speed").strip())
    except (UnreadableError, ValueError):
        return None  # the kernel answers EINVAL for Wi-Fi and for a port with no cable: no gap
    return megabits * 1_000_000 if megabits > 0 else None


def _kind(reader: Reader, name: str) -> str:
    files = set(reader.names(f"{FOLDER}/{name}", "network") or ())
    if files & {"wireless", "phy80211"}:
        return "wifi"
    if "bridge" in files:
        return "bridge"
    if "device" not in files:
        return "virtual"
    kind = reader.number(f"{FOLDER}/{name}/type", "network")
    return "ethernet" if kind == ETHERNET else "other"
