"""The SMBIOS table as the kernel hands it out, read into what it says of the parts."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from agent.lean import NamedTuple
from agent.parse.firmware import Firmware, Part, chassis, memory_type, told

END_OF_TABLE = 127
SYSTEM_MEMORY = 3
TOO_LARGE = 0x8000_0000
IN_USE = {3: False, 4: True}
"""Current usage of a slot; others are unknown or not to be had."""
MIB = 1024 * 1024
DISABLED = frozenset({2, 3})
"""Status of a processor that the user or the firmware keeps off, as virtual machines do."""


class Structure(NamedTuple):
    """One structure: the formatted area with its 4-byte header, and its texts."""

    kind: int
    data: bytes
    texts: tuple[str, ...]

    def number(self, offset: int, size: int) -> int | None:
        """An unsigned little-endian number; None where the structure is too short for it."""
        end = offset + size
        return int.from_bytes(self.data[offset:end], "little") if end <= len(self.data) else None

    def text(self, offset: int) -> str | None:
        """The text whose index stands at that offset."""
        index = self.number(offset, 1)
        return self.texts[index - 1].strip() if index and index <= len(self.texts) else None


def structures(table: bytes) -> Iterator[Structure]:
    """Walk the table; a torn structure ends the walk."""
    place = 0
    while place + 4 <= len(table):
        kind, length = table[place], table[place + 1]
        if length < 4 or kind == END_OF_TABLE:
            return
        end = table.find(b"\0\0", place + length)
        if end < 0:
            return
        raw = table[place + length : end]
        texts = tuple(part.decode("utf-8", "replace") for part in raw.split(b"\0")) if raw else ()
        yield Structure(kind, table[place : place + length], texts)
        place = end + 2


def firmware(table: bytes) -> Firmware:
    """Read the types that an inventory needs. Offsets: DMTF DSP0134 3.7, chapter 7."""
    found: dict[int, list[Structure]] = {}
    for structure in structures(table):
        found.setdefault(structure.kind, []).append(structure)

    def first(kind: int) -> Structure:
        return found.get(kind, [Structure(kind, b"", ())])[0]

    bios, system, board, case = first(0), first(1), first(2), first(3)
    kind = case.number(5, 1)
    return Firmware(
        system=told(
            manufacturer=system.text(4),
            model=system.text(5),
            serial=system.text(7),
            uuid=_uuid(system.data[8:24]),
            chassis=chassis(kind) if kind is not None else None,
        ),
        bios=told(vendor=bios.text(4), version=bios.text(5), date=bios.text(8)),
        board=told(manufacturer=board.text(4), model=board.text(5), serial=board.text(7)),
        cpus=tuple(cpu for one in found.get(4, []) if (cpu := _cpu(one)) is not None),
        slots=tuple(_slot(one) for one in found.get(17, [])),
        batteries=tuple(_battery(one) for one in found.get(22, [])),
        expansion=tuple(_expansion(one) for one in found.get(9, [])),
        memory_maximum_bytes=sum(map(_maximum, found.get(16, []))) or None,
    )


def _uuid(data: bytes) -> str | None:
    # Since SMBIOS 2.6 the first three fields are little-endian.
    return str(UUID(bytes_le=data)) if len(data) == 16 else None


def _cpu(one: Structure) -> Part | None:
    status = one.number(24, 1)
    if one.number(5, 1) != 3 or (status is not None and not status & 0x40):
        return None  # not a central processor, or an empty socket
    if status is not None and status & 0x07 in DISABLED:
        return None
    cores = _wide(one, 35, 42)
    threads = _wide(one, 37, 46)
    speed = one.number(22, 2) or one.number(20, 2)
    return told(
        name=one.text(16),
        manufacturer=one.text(7),
        cores=cores or None,
        threads=threads or None,
        speed_hertz=speed * 1_000_000 if speed else None,
        serial=one.text(32),
    )


def _wide(one: Structure, narrow: int, wide: int) -> int | None:
    value = one.number(narrow, 1)
    return one.number(wide, 2) if value == 0xFF else value


def _slot(one: Structure) -> Part:
    kind = one.number(18, 1)
    speed = one.number(32, 2) or one.number(21, 2)
    return told(
        locator=one.text(16),
        capacity_bytes=_capacity(one),
        type=memory_type(kind) if kind is not None else None,
        speed_hertz=speed * 1_000_000 if speed and speed != 0xFFFF else None,
        manufacturer=one.text(23),
        serial=one.text(24),
    )


def _expansion(one: Structure) -> Part:
    return told(name=one.text(4), in_use=IN_USE.get(one.number(7, 1) or 0))


def _maximum(one: Structure) -> int:
    # In KiB; of more than 2 TiB in a field of its own, in bytes. Use 3 is the system's memory.
    narrow = one.number(7, 4) or 0
    if one.number(5, 1) != SYSTEM_MEMORY:
        return 0
    return (one.number(15, 8) or 0) if narrow == TOO_LARGE else narrow * 1024


def _capacity(one: Structure) -> int | None:
    size = one.number(12, 2)
    if size is None or size == 0xFFFF:
        return None
    if size == 0x7FFF:
        extended = one.number(28, 4)
        return None if extended is None else (extended & 0x7FFFFFFF) * MIB
    return (size & 0x7FFF) * (1024 if size & 0x8000 else MIB)


def _battery(one: Structure) -> Part:
    capacity, factor = one.number(10, 2), one.number(21, 1)
    return told(
        manufacturer=one.text(5),
        name=one.text(8),
        serial=one.text(7),
        chemistry=one.text(20),
        # In mWh times the multiplier; 1 mWh is 3.6 J.
        energy_design_joules=round(capacity * (factor or 1) * 3.6) if capacity else None,
    )
