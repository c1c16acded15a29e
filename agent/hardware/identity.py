"""The PC itself, its BIOS and board, by SMBIOS: its table, the kernel's files or dmidecode's text."""

from __future__ import annotations

from collections.abc import Callable

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import Firmware, Part, chassis, told
from agent.parse.lines import whole

TABLE = "/sys/firmware/dmi/tables/DMI"
FIRMWARE = "/sys/firmware"
FILES = "/sys/class/dmi/id"


def firmware(reader: Reader) -> Firmware | None:
    """The table where it may be read, else dmidecode's text; None where there is neither."""
    tried = Reader(reader.host)
    table = tried.data(TABLE, "memory.slots")
    if table:
        from agent.parse import smbios

        return smbios.firmware(table)
    if _without_smbios(tried):
        return None
    text = tried.output("dmidecode", "memory.slots")
    if text and "DMI type" in text:
        from agent.parse import dmidecode

        return dmidecode.firmware(text)
    reader.gaps.extend(tried.gaps)
    return None


def _without_smbios(tried: Reader) -> bool:
    """Whether the kernel itself found no table: dmidecode would look for one in vain."""
    firmware = tried.names(FIRMWARE, "memory.slots")
    return firmware is not None and "dmi" not in firmware and not tried.names(FILES, "memory.slots")


def parts(reader: Reader, told_by: Firmware | None) -> dict[str, Any]:
    """`system`, `bios` and `board`, and a gap for what this PC's firmware does not tell."""
    found = told_by or _files(reader)
    if found is None:
        cause = f"no SMBIOS here: no {FILES}, as in a container or a small virtual machine"
        reader.gap("system", cause)
        return {}
    section = {}
    for name, part in (("system", found.system), ("bios", found.bios), ("board", found.board)):
        section[name] = clean(reader, name, part)
        if not part:
            reader.gap(name, "not told by the firmware")
    return section


def _files(reader: Reader) -> Firmware | None:
    if not reader.names(FILES, "system"):
        return None

    def text(file: str, name: str) -> str | None:
        return reader.text(f"{FILES}/{file}", name)

    kind = whole(text("chassis_type", "system.chassis"))
    return Firmware(
        system=_part(
            text,
            "system",
            {"manufacturer": "sys_vendor", "model": "product_name"}
            | {"serial": "product_serial", "uuid": "product_uuid"},
        )
        | told(chassis=chassis(kind) if kind is not None else None),
        bios=_part(
            text,
            "bios",
            {"vendor": "bios_vendor", "version": "bios_version", "date": "bios_date"},
        ),
        board=_part(
            text,
            "board",
            {"manufacturer": "board_vendor", "model": "board_name", "serial": "board_serial"},
        ),
    )


def _part(text: Callable[[str, str], str | None], part: str, files: dict[str, str]) -> Part:
    return told(**{name: text(file, f"{part}.{name}") for name, file in files.items()})
