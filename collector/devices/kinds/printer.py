"""Printers: supplies, pages and state, by Printer-MIB (RFC 3805) and the host resources (RFC 2790)."""

from __future__ import annotations

from collector.devices.kinds.kind import Kind
from collector.devices.reading import LOW_RATIO, Part, PrinterState, Supply, SupplyState
from collector.devices.sensors import Asked
from collector.devices.walk import Walk, column, text, whole
from collector.readings import Gap

P = "1.3.6.1.2.1.43."
COLORANTS, TYPES, NAMES, UNITS, CAPACITIES, LEVELS = (f"{P}11.1.1.{n}" for n in (3, 5, 6, 7, 8, 9))
COLORS = f"{P}12.1.1.4"
TRAY_CAPACITIES, TRAY_LEVELS, TRAY_NAMES, TRAY_DESCRIPTIONS = (
    f"{P}8.2.1.{number}" for number in (9, 10, 13, 18)
)
COUNTS, SINCE_START = f"{P}10.2.1.4", f"{P}10.2.1.5"
DEVICE_TYPES, DEVICE_NAMES, DEVICE_STATES = (f"1.3.6.1.2.1.25.3.2.1.{n}" for n in (2, 3, 5))
ERRORS = "1.3.6.1.2.1.25.3.5.1.2"

OTHER, UNKNOWN, SOME_LEFT = -1, -2, -3
"""What a level below zero means (RFC 3805, prtMarkerSuppliesLevel); nothing else is allowed."""
PERCENT = 19
RICOH_EMPTY = -100
BROTHER_CODES = {0: 1.0, 1: 0.05, 2: 0.0, 3: 0.01}
"""Brother tells no capacity and, as level, a code: 0 good, 1 low, 2 empty, 3 nearly empty."""

KINDS = {
    # PrtMarkerSuppliesTypeTC
    1: "other",
    2: "unknown",
    3: "toner",
    4: "wasteToner",
    5: "ink",
    6: "inkCartridge",
    7: "inkRibbon",
    8: "wasteInk",
    9: "opc",
    10: "developer",
    11: "fuserOil",
    12: "solidWax",
    13: "ribbonWax",
    14: "wasteWax",
    15: "fuser",
    16: "coronaWire",
    17: "fuserOilWick",
    18: "cleanerUnit",
    19: "fuserCleaningPad",
    20: "transferUnit",
    21: "tonerCartridge",
    22: "fuserOiler",
    23: "water",
    24: "wasteWater",
    25: "glueWaterAdditive",
    26: "wastePaper",
    27: "bindingSupply",
    28: "bandingSupply",
    29: "stitchingWire",
    30: "shrinkWrap",
    31: "paperWrap",
    32: "staples",
    33: "inserts",
    34: "covers",
}
COLOR_WORDS = {
    "black": ("black", "đen", "schwarz", "noir", "黑"),
    "cyan": ("cyan", "lục lam", "xanh lam", "青"),
    "magenta": ("magenta", "đỏ tươi", "hồng sẫm", "紅", "红"),
    "yellow": ("yellow", "vàng", "黃", "黄"),
}
STATES = {1: "unknown", 2: "running", 3: "warning", 4: "testing", 5: "down"}
ERROR_NAMES = (
    # hrPrinterDetectedErrorState (RFC 2790, RFC 3805), from the highest bit of the first byte.
    "low-paper",
    "no-paper",
    "low-toner",
    "no-toner",
    "door-open",
    "jammed",
    "offline",
    "service-requested",
    "input-tray-missing",
    "output-tray-missing",
    "marker-supply-missing",
    "output-near-full",
    "output-full",
    "input-tray-empty",
    "overdue-maintenance",
)
SUPPLIES_LIMIT = 64


def part(walk: Walk, maker: str | None) -> Part:
    """Supplies, trays, pages and state."""
    gaps: list[Gap] = []
    supplies = [
        _supply(walk, maker, index, gaps) for index in dict(column(walk, LEVELS)) if "." in index
    ]
    trays = [_tray(walk, index, gaps) for index, _ in column(walk, TRAY_LEVELS)]
    pages = [whole(value) for _, value in column(walk, COUNTS)]
    return Part(
        supplies=tuple([*supplies, *trays][:SUPPLIES_LIMIT]),
        # Several print engines: what the device has printed is what they all have.
        pages=sum(counted) if (counted := [n for n in pages if n is not None and n >= 0]) else None,
        printer=_state(walk),
        gaps=tuple(gaps),
    )


def _supply(walk: Walk, maker: str | None, index: str, gaps: list[Gap]) -> Supply:
    kind = KINDS.get(whole(walk.get(f"{TYPES}.{index}")) or 2, "unknown")
    name = text(walk.get(f"{NAMES}.{index}")) or f"{kind} {index.rpartition('.')[2]}"
    level = whole(walk.get(f"{LEVELS}.{index}"))
    capacity = whole(walk.get(f"{CAPACITIES}.{index}"))
    if whole(walk.get(f"{UNITS}.{index}")) == PERCENT and (capacity is None or capacity <= 0):
        capacity = 100
    if maker == "Ricoh" and level == RICOH_EMPTY:
        level = 0
    if maker == "Brother" and (capacity or 0) <= 0 and level in BROTHER_CODES:
        level, capacity = round(BROTHER_CODES[level] * 100), 100
    ratio, state = _left(name, level, capacity, gaps)
    return Supply(name, kind, _color(walk, index, name), ratio, state)


def _tray(walk: Walk, index: str, gaps: list[Gap]) -> Supply:
    name = text(walk.get(f"{TRAY_NAMES}.{index}")) or text(walk.get(f"{TRAY_DESCRIPTIONS}.{index}"))
    name = name or f"tray {index.rpartition('.')[2]}"
    level, capacity = (whole(walk.get(f"{o}.{index}")) for o in (TRAY_LEVELS, TRAY_CAPACITIES))
    return Supply(name, "input", None, *_left(name, level, capacity, gaps))


def _left(
    name: str, level: int | None, capacity: int | None, gaps: list[Gap]
) -> tuple[float | None, SupplyState]:
    """What is left. Of a waste box the level is the room that is left, so that 0 is full too."""
    if level in {None, UNKNOWN, OTHER}:
        return None, "unknown"
    if level == SOME_LEFT:
        return None, "some-left"
    if level < 0 or (capacity is not None and 0 < capacity < level):
        said = f"level {level} of {capacity}" if level >= 0 else f"level {level}"
        gaps.append(Gap(f"supplies[{name}]", f"{said} makes no sense"))
        return None, "unknown"
    if capacity is None or capacity <= 0:
        # Without a capacity only nothing is a share: nothing.
        return (0.0, "empty") if level == 0 else (None, "some-left")
    ratio = round(level / capacity, 4)
    return ratio, "empty" if level == 0 else "low" if ratio <= LOW_RATIO else "ok"


def _color(walk: Walk, index: str, name: str) -> str | None:
    colorant = whole(walk.get(f"{COLORANTS}.{index}"))
    told = text(walk.get(f"{COLORS}.{index.partition('.')[0]}.{colorant}")) if colorant else None
    for said in (told, name):
        folded = (said or "").casefold()
        for color, words in COLOR_WORDS.items():
            if any(word in folded for word in words):
                return color
    return None


def _state(walk: Walk) -> PrinterState:
    errors = [raw for _, raw in column(walk, ERRORS) if isinstance(raw, bytes)]
    states = [whole(value) for _, value in column(walk, DEVICE_STATES)]
    return PrinterState(
        status=next((STATES.get(one or 0) for one in states if one), None),
        errors=tuple(_names(errors[0])) if errors else (),
    )


def _names(bits: bytes) -> list[str]:
    set_bits = (bit for bit in range(len(bits) * 8) if bits[bit // 8] & 0x80 >> bit % 8)
    return [ERROR_NAMES[bit] for bit in set_bits if bit < len(ERROR_NAMES)]


KIND = Kind(
    markers=(f"{P}11.1.1", f"{P}10.2.1"),
    tables=(
        (COLORANTS, TYPES, NAMES, UNITS, CAPACITIES, LEVELS),
        (COLORS,),
        (TRAY_CAPACITIES, TRAY_LEVELS, TRAY_NAMES, TRAY_DESCRIPTIONS),
        (COUNTS, SINCE_START),
        (DEVICE_TYPES, DEVICE_NAMES, DEVICE_STATES),
        (ERRORS,),
    ),
    sensors=(
        Asked(DEVICE_STATES, DEVICE_NAMES, "state"),
        Asked(COUNTS, "pages", "count"),
        Asked(SINCE_START, "pages since start", "count"),
    ),
    part=part,
)
