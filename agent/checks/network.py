"""What the PC offers to the network, and whether names lead where they should."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

from agent.checks.check import DAMAGED, Check, judged, unknown, unread
from agent.host.reader import Reader
from agent.parse.lines import rows
from agent.parse.network import is_table, listening

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
RISKY = {
    21: "FTP",
    23: "Telnet",
    69: "TFTP",
    139: "NetBIOS",
    445: "SMB",
    512: "rexec",
    513: "rlogin",
    514: "rsh",
    3389: "RDP",
    5900: "VNC",
    5901: "VNC",
    5902: "VNC",
    6000: "X11",
}
"""Open to the network on an office PC, each of these is a way in."""
OFFICE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"))
)
MOST_PORTS_TOLD = 20
NAME = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)


def listening_ports(reader: Reader) -> Check:
    """TCP ports that answer other machines."""
    source = ", ".join(TABLES)
    tables = [reader.text(path, "ports") for path in TABLES]
    if tables[0] is None or reader.gaps:
        return unread(source, reader, "no table of sockets")
    if any(table is not None and "local_address" not in table for table in tables):
        return unknown(source, "a table without its heading: not the kernel's")
    if not all(is_table(table or "") for table in tables):
        return unknown(source, DAMAGED)
    ports = frozenset().union(*(listening(table or "") for table in tables))
    return of_ports(source, ports, RISKY)


def of_ports(source: str, ports: frozenset[int], risky: Mapping[int, str]) -> Check:
    """The verdict on ports that are open to the network, where the risky ones are named."""
    found = [f"{port} ({risky[port]})" for port in sorted(ports) if port in risky]
    told = ", ".join(map(str, sorted(ports)[:MOST_PORTS_TOLD])) or "none"
    observed = f"at risk: {', '.join(found)}" if found else f"open: {told}"
    return judged(source, observed, good=not found)


def hosts_file(reader: Reader) -> Check:
    """Entries that send a public name somewhere else: how malware cuts off updates. Counted only."""
    source = "/etc/hosts"
    text = reader.text(source, "hosts")
    if text is None:
        return unread(source, reader, "no such file")
    entries = [row for row in rows(text) if len(row) > 1]
    if not any(row[0] in {"127.0.0.1", "::1"} for row in entries):
        return unknown(source, "not one line for the PC itself: not the file that a system keeps")
    foreign = redirections(text)
    if not foreign and not all(map(is_entry, rows(text))):
        return unknown(source, DAMAGED)
    return judged(source, f"{foreign} entries that redirect a public name", good=foreign == 0)


def redirections(text: str) -> int:
    """How many lines of a hosts file send a public name somewhere else."""
    return sum(1 for row in rows(text) if _redirects(row))


def is_entry(row: list[str]) -> bool:
    """Whether a line is an address and names for it: of another, nobody knows what it meant."""
    try:
        ip_address(row[0].partition("%")[0])
    except ValueError:
        return False
    return len(row) > 1 and all(map(NAME.fullmatch, row[1:]))


def _redirects(row: list[str]) -> bool:
    try:
        address = ip_address(row[0].partition("%")[0])
    except ValueError:
        return False  # the resolver ignores such a line too
    public = [name for name in row[1:] if "." in name and not name.endswith((".local", ".lan"))]
    # An office's own servers stand at private addresses; 0.0.0.0 and loopback block a name.
    own = any(address in network for network in OFFICE)
    machine = address.is_loopback and len(row) > 2  # `127.0.1.1 pc.example pc`, Debian's own line
    return bool(public) and not own and not machine
