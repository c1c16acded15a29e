"""Who hangs where: LLDP's neighbours and the bridge's address table, port by port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from collector.devices.reading import Host, Interface, Neighbour
from collector.devices.walk import Walk, column, mac, numbers, text, whole

PORT_INTERFACES = "1.3.6.1.2.1.17.1.4.1.2"
"""dot1dBasePortIfIndex (RFC 4188): number of the port to number of the interface."""
PORTS = "1.3.6.1.2.1.17.4.3.1.2"
STATUS = "1.3.6.1.2.1.17.4.3.1.3"
VLAN_PORTS = "1.3.6.1.2.1.17.7.1.2.2.1.2"
VLAN_STATUS = "1.3.6.1.2.1.17.7.1.2.2.1.3"
"""dot1qTpFdbPort (RFC 4363): by filtering database, which is the VLAN on all switches met."""
LEARNED = 3
LLDP = "1.0.8802.1.1.2.1."
REMOTE_CHASSIS, REMOTE_PORT, REMOTE_PORT_TEXT, REMOTE_NAME, REMOTE_TEXT = (
    f"{LLDP}4.1.1.{number}" for number in (5, 7, 8, 9, 10)
)
LOCAL_PORTS, LOCAL_PORT_TEXT = f"{LLDP}3.7.1.3", f"{LLDP}3.7.1.4"
TABLES = (
    (PORT_INTERFACES,),
    (PORTS, STATUS),
    (VLAN_PORTS, VLAN_STATUS),
    (REMOTE_CHASSIS, REMOTE_PORT, REMOTE_PORT_TEXT, REMOTE_NAME, REMOTE_TEXT),
    (LOCAL_PORTS, LOCAL_PORT_TEXT),
)
HOSTS_LIMIT = 4096
NEIGHBOURS_LIMIT = 256


def hosts(walk: Walk, interfaces: Sequence[Interface]) -> tuple[Host, ...]:
    """What the bridge has learned, each address once per port; its own addresses are left out."""
    own = {one.mac for one in interfaces}
    by_index = {one.index: one.name for one in interfaces}
    names = {
        port: by_index.get(whole(value) or 0, f"#{port}")
        for port, value in column(walk, PORT_INTERFACES)
    }
    found: dict[tuple[str, str], Host] = {}
    for address, port, vlan in (*_by_vlan(walk), *_plain(walk)):
        if address is None or address in own or _many(address):
            continue
        host = Host(address, names.get(str(port)) or by_index.get(port) or f"#{port}", vlan)
        found.setdefault((host.mac, host.interface), host)
        if len(found) >= HOSTS_LIMIT:
            break
    return tuple(found.values())


def neighbours(walk: Walk, interfaces: Sequence[Interface]) -> tuple[Neighbour, ...]:
    """By LLDP; several may announce themselves on one port."""
    keys: dict[str, None] = {}
    for oid in (REMOTE_CHASSIS, REMOTE_NAME, REMOTE_PORT):
        keys.update(dict.fromkeys(index for index, _ in column(walk, oid)))
    return tuple(_neighbour(walk, key, interfaces) for key in [*keys][:NEIGHBOURS_LIMIT])


def _neighbour(walk: Walk, key: str, interfaces: Sequence[Interface]) -> Neighbour:
    chassis = walk.get(f"{REMOTE_CHASSIS}.{key}")
    return Neighbour(
        name=text(walk.get(f"{REMOTE_NAME}.{key}")),
        chassis=mac(chassis) or text(chassis),
        port=text(walk.get(f"{REMOTE_PORT_TEXT}.{key}")) or _port(walk, key),
        interface=_local(walk, key, interfaces),
        description=text(walk.get(f"{REMOTE_TEXT}.{key}")),
    )


def _port(walk: Walk, key: str) -> str | None:
    value = walk.get(f"{REMOTE_PORT}.{key}")
    # Six letters are a name (`ether2`), any other six bytes a hardware address.
    letters = isinstance(value, bytes) and all(0x20 <= byte < 0x7F for byte in value)
    return text(value) if letters else mac(value) or text(value)


def _local(walk: Walk, key: str, interfaces: Sequence[Interface]) -> str | None:
    """The local port of `time.port.number`: by its name, else by the bridge's or its own number.

    RouterOS numbers every local port 0: nothing is guessed then.
    """
    parts = numbers(key)
    if parts is None or len(parts) != 3 or parts[1] == 0:
        return None
    port, named = parts[1], {one.name for one in interfaces}
    for oid in (LOCAL_PORTS, LOCAL_PORT_TEXT):
        told = text(walk.get(f"{oid}.{port}"))
        if told in named:
            return told
    index = whole(walk.get(f"{PORT_INTERFACES}.{port}")) or port
    return next((one.name for one in interfaces if one.index == index), None)


def _by_vlan(walk: Walk) -> Iterator[tuple[str | None, int, int | None]]:
    for index, value in column(walk, VLAN_PORTS):
        parts, port = numbers(index), whole(value)
        learned = whole(walk.get(f"{VLAN_STATUS}.{index}")) in {LEARNED, None}
        if parts and len(parts) == 7 and port and port > 0 and learned:
            yield _address(parts[1:]), port, parts[0] if 0 < parts[0] < 4095 else None


def _plain(walk: Walk) -> Iterator[tuple[str | None, int, int | None]]:
    for index, value in column(walk, PORTS):
        parts, port = numbers(index), whole(value)
        learned = whole(walk.get(f"{STATUS}.{index}")) in {LEARNED, None}
        if parts and len(parts) == 6 and port and port > 0 and learned:
            yield _address(parts), port, None


def _address(parts: tuple[int, ...]) -> str | None:
    return mac(bytes(parts)) if all(part < 256 for part in parts) else None


def _many(address: str) -> bool:
    """A group's address, which is nobody's own."""
    return bool(int(address[:2], 16) & 1)
