"""Tables of a machine with stand-ins in the fields that name it; all other fields as they are."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.parse.placeholders import is_placeholder

Hide = Callable[[str], str]

SERIAL_TEXTS = {1: (7,), 2: (7, 8), 3: (7, 8), 4: (32, 33), 17: (24, 25), 22: (7,), 39: (8, 9)}
"""By kind of structure, the offsets of its serial number and asset tag (DMTF DSP0134 3.7)."""
UUID_PLACE = slice(8, 24)
END_OF_TABLE = 127
LOCAL = re.compile(r"(?i)(?:localhost(?:[46]|\.localdomain)?|ip6-\w+|broadcasthost|local|lan)\Z")
WORD = re.compile(r"[0-9A-Fa-f]{8}")
SOCKET = re.compile(r"\b([0-9A-Fa-f]{32}|[0-9A-Fa-f]{8})(?=:[0-9A-Fa-f]{4}\b)")
FIRST_ACCOUNT, NOBODY = 1000, 65534
"""login.defs(5), UID_MIN: accounts below are the system's own."""


def smbios(table: bytes, hide: Hide) -> bytes:
    """The table of the kernel; a torn structure ends the walk, and the rest is left out."""
    told, place = b"", 0
    while place + 4 <= len(table):
        kind, length = table[place], table[place + 1]
        end = table.find(b"\0\0", place + length)
        if kind == END_OF_TABLE or length < 4 or end < 0:
            return told + (table[place : place + 4] + b"\0\0" if kind == END_OF_TABLE else b"")
        fixed = bytearray(table[place : place + length])
        texts = table[place + length : end].split(b"\0")
        indexes = {fixed[at] for at in SERIAL_TEXTS.get(kind, ()) if at < length}
        texts = [
            hide(text.decode("latin-1")).encode("latin-1", "replace")
            if number in indexes and not is_placeholder(text.decode("latin-1"))
            else text
            for number, text in enumerate(texts, 1)
        ]
        if kind == 1 and length >= UUID_PLACE.stop and len(set(fixed[UUID_PLACE])) > 1:
            fixed[UUID_PLACE] = packed(bytes(fixed[UUID_PLACE]), hide)
        told += bytes(fixed) + b"\0".join(texts) + b"\0\0"
        place = end + 2
    return told


def packed(uuid: bytes, hide: Hide) -> bytes:
    """A UUID's 16 bytes as the stand-in of its text, the first three fields little-endian."""
    from uuid import UUID  # noqa: PLC0415 - for this alone

    return UUID(hide(str(UUID(bytes_le=uuid)))).bytes_le


def routes(text: str, address: Hide) -> str:
    """/proc/net/route: destination and gateway, in hexadecimal as the machine keeps them."""
    rows = [line.split("\t") for line in text.split("\n")]
    for row in rows[1:]:
        row[1:3] = [
            WORD.sub(lambda found: _hexadecimal(found[0], address), one) for one in row[1:3]
        ]
    return "\n".join("\t".join(row) for row in rows)


def sockets(text: str, address: Hide) -> str:
    """/proc/net/tcp and tcp6: both ends."""
    return SOCKET.sub(lambda found: _hexadecimal(found[1], address), text)


def _hexadecimal(word: str, address: Hide) -> str:
    """Words of four bytes, each the other way round (little-endian machines, as all PCs are)."""
    from ipaddress import ip_address  # noqa: PLC0415 - for this alone

    def turned(data: bytes) -> bytes:
        return b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))

    hidden = ip_address(address(str(ip_address(turned(bytes.fromhex(word))))))
    return turned(hidden.packed).hex().upper()


def names_of_accounts(path: str, text: str) -> list[str]:
    """Accounts of people in passwd(5) and group(5), with what is written of them."""
    found: list[str] = []
    for line in text.splitlines():
        fields = line.split(":")
        if path == "/etc/group" and len(fields) == 4:
            found += [name for name in fields[3].split(",") if name]
        elif path == "/etc/passwd" and len(fields) == 7 and _is_own(fields):
            found += [fields[0], *(part for part in fields[4].split(",") if part.strip())]
    return found


def _is_own(fields: list[str]) -> bool:
    """Whether the row is of a person, and none of the system's own."""
    return fields[2].isdigit() and FIRST_ACCOUNT <= int(fields[2]) != NOBODY


def passwd(text: str, hide: Hide) -> str:
    """Accounts of people: no name, no comment, no home of their own."""
    lines = []
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) == 7:
            if _is_own(fields):
                fields = [hide(fields[0]), *fields[1:4], "", f"/home/{hide(fields[0])}", fields[6]]
            else:
                fields[4] = ""
        lines.append(":".join(fields))
    return "\n".join(lines) + "\n"


def group(text: str, hide: Hide) -> str:
    """Members of groups, and the groups that an account has for itself."""
    lines = []
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) == 4:
            fields[3] = ",".join(hide(name) for name in fields[3].split(",") if name)
            if _is_own(fields):
                fields[0] = hide(fields[0])
        lines.append(":".join(fields))
    return "\n".join(lines) + "\n"


def hosts(text: str, hide: Hide, address: Hide) -> str:
    """The table of names, each by its parts: a name in a domain stays one. Comments lose their words."""
    lines = []
    for line in text.splitlines():
        where, *names = line.partition("#")[0].split() or ["#" if "#" in line else ""]
        hidden = (
            ".".join(part if LOCAL.match(part) else hide(part) for part in name.split("."))
            for name in names
        )
        plain, percent, zone = where.partition("%")
        lines.append(" ".join([address(plain) + percent + zone, *hidden]))
    return "\n".join(lines) + "\n"
