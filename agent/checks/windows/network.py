"""What a Windows PC offers to the network, and whether names lead where they should."""

from __future__ import annotations

import json
from ipaddress import ip_address

from agent.checks.check import DAMAGED, Check, judged, unknown, unread
from agent.checks.network import RISKY, is_entry, of_ports, redirections
from agent.checks.windows.source import missing
from agent.host import Key
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.lines import rows
from agent.software.remote import tools

HOSTS = "C:/Windows/System32/drivers/etc/hosts"
SHARES = "Win32_Share"
FOLDER = 0
KINDS = frozenset({0, 1, 2, 3})
"""Folder, printer, device, and IPC (Win32_Share.Type)."""
SPECIAL = 0x8000_0000
"""Added to the kind of a share that Windows made for its administrators."""
SOCKETS = "GetExtendedTcpTable"
RISKY_HERE = {port: name for port, name in RISKY.items() if port not in {139, 445}}
"""Windows itself always listens for SMB: the firewall, `shares` and `smb1` judge that."""
SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
UNINSTALL = (
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
    "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
)
ELSEWHERE = frozenset(
    {
        "publisher",
        "urlinfoabout",
        "urlupdateinfo",
        "helplink",
        "helptelephone",
        "contact",
        "comments",
    }
)
"""Values of a program's key that tell of its maker, who may make other programs too."""


def listening_ports(reader: Reader) -> Check:
    """TCP ports that answer other machines."""
    output = reader.output("listening", "ports")
    if output is None:
        return unread(SOCKETS, reader, "no table of sockets")
    try:
        ports = _open(json.loads(output))
    except (ValueError, KeyError, TypeError, RecursionError):
        return unknown(SOCKETS, "its answer cannot be read")
    return of_ports(SOCKETS, ports, RISKY_HERE)


def _open(found: Any) -> frozenset[int]:
    sockets = [(ip_address(one["address"]), int(one["port"])) for one in found["listening"]]
    sound = all(
        type(one["port"]) is int and 0 < one["port"] < 1 << 16 for one in found["listening"]
    )
    if not sockets or not sound or len(sockets) != found["count"]:
        # Windows always listens on 135: an empty table was not read whole.
        raise ValueError
    return frozenset(port for address, port in sockets if not address.is_loopback)


def hosts_file(reader: Reader) -> Check:
    """Entries that send a public name somewhere else; the file as it was made is all comments."""
    text = reader.text(HOSTS, "hosts")
    if text is None:
        return unread(HOSTS, reader, "no such file")
    own = any(row[0] in {"127.0.0.1", "::1"} for row in rows(text))
    if not own and not any(line.startswith("#") for line in text.splitlines()):
        return unknown(
            HOSTS, "neither comments nor the PC itself: not the file that a system keeps"
        )
    foreign = redirections(text)
    if not foreign and not all(map(is_entry, rows(text))):
        return unknown(HOSTS, DAMAGED)
    return judged(HOSTS, f"{foreign} entries that redirect a public name", good=foreign == 0)


def shares(reader: Reader) -> Check:
    """No folder of this PC is open to others: documents belong on the server, worms spread here."""
    found = reader.instances("Win32_Share", "shares")
    if not found:
        return missing(reader, SHARES)
    kinds = [row.get("Type", "") for row in found]
    if not all(kind.isdecimal() and int(kind[:12]) & ~SPECIAL in KINDS for kind in kinds):
        return unknown(SHARES, "a share does not tell its kind")
    count = sum(1 for kind in kinds if int(kind) == FOLDER)
    return judged(SHARES, f"{count} shared folders", good=count == 0)


def remote_access(reader: Reader) -> Check:
    """AnyDesk, TeamViewer, UltraViewer and their like: as a service, or installed for everyone."""
    source = f"{SERVICES}, {UNINSTALL[0]}"
    services = reader.key(SERVICES, "remote-access")
    installed = [reader.key(path, "remote-access") for path in UNINSTALL]
    texts = list(services.subkeys) if services else []
    for path, key in zip(UNINSTALL, installed, strict=True):
        for name in key.subkeys if key else ():
            texts += [name, *_texts(reader.key(f"{path}\\{name}", "remote-access"))]
    found = tools(texts)
    if found:
        return judged(source, ", ".join(found), good=False)
    if not services or not any(installed) or reader.gaps:
        return unread(source, reader, "neither services nor programs can be listed")
    return judged(source, "none", good=True)


def _texts(key: Key | None) -> list[str]:
    # All of a program's texts: one that lost its display name still tells where it lies.
    rows = key.values.items() if key else ()
    return [data for name, data in rows if isinstance(data, str) and name.lower() not in ELSEWHERE]
