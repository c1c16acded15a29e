"""The text of dmidecode, of any age, read into what the firmware says of the parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.lean import NamedTuple
from agent.parse.firmware import Firmware, Part, told

KIND = re.compile(r"DMI type (\d{1,4})\b")
NUMBER = re.compile(r"(\d{1,15})\s*([A-Za-z]*)")
SIZES = {"b": 1, "bytes": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
SPEEDS = {"mhz": 10**6, "mt": 10**6, "ghz": 10**9}
OUT_OF_USE = re.compile(r"unpopulated|disabled", re.IGNORECASE)
"""Of a processor: an empty socket, or one that the firmware keeps off, as virtual machines do."""
FORMS = frozenset({"DIMM", "SIMM"})
"""How a module is built, told together with its technology: `ECC DIMM SDRAM`."""
UNKNOWN = frozenset({"unknown", "<unknown>", "other", "none", "<out of spec>", ""})


class Block(NamedTuple):
    """One structure of the text: its DMI type and the first value of each key."""

    kind: int
    values: dict[str, str]

    def text(self, *names: str) -> str | None:
        """The first of these keys that is there: versions of the tool name them differently."""
        return next((self.values[name] for name in names if self.values.get(name)), None)


def blocks(text: str) -> Iterator[Block]:
    """Walk the structures. Indentation changed over the years, so it is not relied upon."""
    current: Block | None = None
    for line in text.splitlines():
        header = KIND.search(line)
        if header:
            if current:
                yield current
            current = Block(int(header[1]), {})
        elif current:
            key, colon, value = line.partition(":")
            if colon:
                current.values.setdefault(key.strip().lower(), value.strip())
    if current:
        yield current


def firmware(text: str) -> Firmware:
    """Read the types that an inventory needs."""
    found: dict[int, list[Block]] = {}
    for block in blocks(text):
        found.setdefault(block.kind, []).append(block)

    def first(kind: int) -> Block:
        return found.get(kind, [Block(kind, {})])[0]

    bios, system, board, case = first(0), first(1), first(2), first(3)
    uuid = system.text("uuid")
    return Firmware(
        system=told(
            manufacturer=system.text("manufacturer", "vendor"),
            model=system.text("product name", "product"),
            serial=system.text("serial number"),
            uuid=uuid.lower() if uuid else None,
            chassis=case.text("type", "chassis type"),
        ),
        bios=told(
            vendor=bios.text("vendor"),
            version=bios.text("version"),
            date=bios.text("release date", "release"),
        ),
        board=told(
            manufacturer=board.text("manufacturer", "vendor"),
            model=board.text("product name", "product"),
            serial=board.text("serial number"),
        ),
        cpus=tuple(cpu for one in found.get(4, []) if (cpu := _cpu(one)) is not None),
        slots=_slots(found),
        batteries=tuple(_battery(one) for one in found.get(22, []) if one.values),
        expansion=tuple(_expansion(one) for one in found.get(9, []) if one.values),
        memory_maximum_bytes=sum(map(_maximum, found.get(16, []))) or None,
    )


def _cpu(one: Block) -> Part | None:
    kind = one.text("type", "processor type")
    status = one.text("status") or ""
    if (kind and "central" not in kind.lower()) or OUT_OF_USE.search(status):
        return None
    return told(
        name=one.text("version", "processor version"),
        manufacturer=one.text("manufacturer", "processor manufacturer"),
        cores=_count(one.text("core count")),
        threads=_count(one.text("thread count")),
        speed_hertz=_scaled(one.text("current speed"), SPEEDS)
        or _scaled(one.text("max speed", "maximum speed"), SPEEDS),
        serial=one.text("serial number"),
    )


def _expansion(one: Block) -> Part:
    usage = (one.text("current usage", "usage") or "").lower()
    return told(
        name=one.text("designation", "slot designation"),
        in_use={"available": False, "in use": True}.get(usage),
    )


def _maximum(one: Block) -> int:
    kept = (one.text("use") or "").lower() == "system memory"
    return (_size(one.text("maximum capacity") or "") or 0) if kept else 0


def _slots(found: dict[int, list[Block]]) -> tuple[Part, ...]:
    devices = tuple(_slot(one) for one in found.get(17, []))
    # Firmware and tools of before 2003 tell of memory in the modules of type 6 alone.
    return devices if any(devices) else tuple(_module(one) for one in found.get(6, []))


def _module(one: Block) -> Part:
    size = one.text("installed size") or ""
    kinds = [word for word in (one.text("type") or "").split() if word.upper() not in FORMS]
    return told(
        locator=one.text("socket designation", "socket"),
        capacity_bytes=0 if "not installed" in size.lower() else _size(size),
        type=kinds[-1] if kinds and kinds[-1].lower() not in UNKNOWN else None,
    )


def _slot(one: Block) -> Part:
    size = one.text("size") or ""
    kind = one.text("type")
    return told(
        locator=one.text("locator"),
        capacity_bytes=0 if "no module" in size.lower() else _size(size),
        type=kind if kind and kind.lower() not in UNKNOWN else None,
        speed_hertz=_scaled(one.text("configured memory speed", "configured clock speed"), SPEEDS)
        or _scaled(one.text("speed"), SPEEDS),
        manufacturer=one.text("manufacturer"),
        serial=one.text("serial number"),
    )


def _battery(one: Block) -> Part:
    capacity = NUMBER.match(one.text("design capacity") or "")
    milliwatt_hours = int(capacity[1]) if capacity and capacity[2].lower() == "mwh" else 0
    return told(
        manufacturer=one.text("manufacturer"),
        name=one.text("name"),
        serial=one.text("sbds serial number", "serial number"),
        chemistry=one.text("sbds chemistry", "chemistry"),
        energy_design_joules=round(milliwatt_hours * 3.6) or None,
    )


def _count(value: str | None) -> int | None:
    found = NUMBER.fullmatch(value or "")
    return int(found[1]) or None if found else None


def _scaled(value: str | None, units: dict[str, int]) -> int | None:
    found = NUMBER.match(value or "")
    return int(found[1]) * units.get(found[2].lower(), 0) or None if found else None


def _size(value: str) -> int | None:
    found = NUMBER.match(value)
    if not found:
        return None
    unit = found[2].lower()
    return int(found[1]) * SIZES.get(unit, SIZES.get(unit[:1], 0)) or None
