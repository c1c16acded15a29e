"""Writes the small recordings of devices that the tests serve and play back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from collector.devices.walk import Value

SYSTEM = "1.3.6.1.2.1.1."
PRINTER = "1.3.6.1.2.1.43."


def numeric(oid: str) -> tuple[int, ...]:
    """As SNMP orders objects."""
    return tuple(map(int, oid.split(".")))


def written(path: Path, walk: Mapping[str, Value]) -> Path:
    """The walk in the form that snmpsim serves."""
    path.write_text("".join(f"{oid}|{_told(walk[oid])}\n" for oid in sorted(walk, key=numeric)))
    return path


def played(path: Path) -> dict[str, Value]:
    """The walk that a recording holds."""
    found: dict[str, Value] = {}
    for line in path.read_text("utf-8", "surrogateescape").splitlines():
        oid, kind, value = line.split("|", 2)
        if kind in {"2", "65", "66", "67", "70"}:
            found[oid] = int(value)
        elif kind == "4x":
            found[oid] = bytes.fromhex(value)
        elif kind == "4":
            found[oid] = value.encode("utf-8", "surrogateescape")
        else:
            found[oid] = value
    return found


def printer(supplies: Mapping[str, tuple[int, int, int]]) -> dict[str, Value]:
    """A printer with supplies of (type, capacity, level) by name."""
    walk: dict[str, Value] = {
        f"{SYSTEM}1.0": b"Example printer",
        f"{SYSTEM}2.0": "1.3.6.1.4.1.2435.2.3.9.1",
        f"{SYSTEM}3.0": 360_000,
        f"{SYSTEM}5.0": b"may-in",
        "1.3.6.1.2.1.25.3.2.1.2.1": "1.3.6.1.2.1.25.3.1.5",
        "1.3.6.1.2.1.25.3.2.1.3.1": b"Brother HL-0000 series",
        "1.3.6.1.2.1.25.3.2.1.5.1": 2,
        "1.3.6.1.2.1.25.3.5.1.2.1": b"\x00",
        f"{PRINTER}5.1.1.17.1": b"VD-0001",
        f"{PRINTER}10.2.1.4.1.1": 1200,
        "1.3.6.1.2.1.2.2.1.2.1": b"eth0",
        "1.3.6.1.2.1.2.2.1.3.1": 6,
        "1.3.6.1.2.1.2.2.1.5.1": 100_000_000,
        "1.3.6.1.2.1.2.2.1.6.1": bytes.fromhex("02000000aa01"),
        "1.3.6.1.2.1.2.2.1.8.1": 1,
        "1.3.6.1.2.1.2.2.1.10.1": 5000,
        "1.3.6.1.2.1.2.2.1.16.1": 7000,
    }
    for number, (name, (kind, capacity, level)) in enumerate(supplies.items(), 1):
        walk[f"{PRINTER}11.1.1.5.1.{number}"] = kind
        walk[f"{PRINTER}11.1.1.6.1.{number}"] = name.encode()
        walk[f"{PRINTER}11.1.1.8.1.{number}"] = capacity
        walk[f"{PRINTER}11.1.1.9.1.{number}"] = level
    return walk


def switch(hosts: Mapping[str, int], ports: int = 4) -> dict[str, Value]:
    """A switch whose table holds these addresses on these ports; LLDP names a router on port 1."""
    walk: dict[str, Value] = {
        f"{SYSTEM}1.0": b"Example switch",
        f"{SYSTEM}2.0": "1.3.6.1.4.1.11863.1.1.25",
        f"{SYSTEM}3.0": 100_000,
        f"{SYSTEM}5.0": b"bo-chuyen-mach",
        "1.3.6.1.2.1.17.1.1.0": bytes.fromhex("02000000bb00"),
        "1.3.6.1.2.1.16.19.2.0": b"2.1.0",
        "1.3.6.1.2.1.16.19.3.0": b"TL-SG0000 1.0",
        "1.0.8802.1.1.2.1.4.1.1.5.0.1.1": bytes.fromhex("02000000cc01"),
        "1.0.8802.1.1.2.1.4.1.1.7.0.1.1": b"ether2",
        "1.0.8802.1.1.2.1.4.1.1.9.0.1.1": b"bo-dinh-tuyen",
    }
    for port in range(1, ports + 1):
        walk |= {
            f"1.3.6.1.2.1.2.2.1.2.{port}": f"port {port}".encode(),
            f"1.3.6.1.2.1.2.2.1.3.{port}": 6,
            f"1.3.6.1.2.1.2.2.1.5.{port}": 1_000_000_000,
            f"1.3.6.1.2.1.2.2.1.6.{port}": bytes.fromhex(f"02000000bb{port:02x}"),
            f"1.3.6.1.2.1.2.2.1.8.{port}": 1 if port < ports else 2,
            f"1.3.6.1.2.1.2.2.1.10.{port}": 1000 * port,
            f"1.3.6.1.2.1.2.2.1.14.{port}": 0,
            f"1.3.6.1.2.1.2.2.1.16.{port}": 2000 * port,
            f"1.3.6.1.2.1.2.2.1.20.{port}": 0,
            f"1.3.6.1.2.1.17.1.4.1.2.{port}": port,
        }
    for mac, port in hosts.items():
        index = ".".join(str(byte) for byte in bytes.fromhex(mac.replace(":", "")))
        walk[f"1.3.6.1.2.1.17.4.3.1.2.{index}"] = port
        walk[f"1.3.6.1.2.1.17.4.3.1.3.{index}"] = 3
    return walk


def _told(value: Value) -> str:
    if isinstance(value, int):
        return f"2|{value}"
    if isinstance(value, bytes):
        return f"4x|{value.hex()}"
    dotted = value.count(".") == 3 and not value.startswith("1.3")
    return f"64|{value}" if dotted else f"6|{value}"
