"""This machine's own table of neighbours: who answered it lately on the local network."""

from __future__ import annotations

from pathlib import Path

from collector.devices.walk import mac

TABLE = Path("/proc/net/arp")
COMPLETE = 0x2
"""ATF_COM of linux/if_arp.h: the address was found."""


def own_table(table: Path = TABLE) -> tuple[tuple[str, str], ...]:
    """Address and hardware address of each; empty where the table can't be read."""
    try:
        return parse(table.read_text())
    except OSError:
        return ()


def parse(text: str) -> tuple[tuple[str, str], ...]:
    """`IP address, HW type, Flags, HW address, Mask, Device`, under a heading (proc(5))."""
    found = []
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 6 or not int(fields[2], 16) & COMPLETE:
            continue
        known = mac(fields[3])
        if known is not None:
            found.append((fields[0], known))
    return tuple(found)
