"""Processors by socket, from Win32_Processor and the registry."""

from __future__ import annotations

from agent.hardware.clean import clean
from agent.hardware.cpus import MAKERS, rated
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.windows.classes import Row, devices

CENTRAL = "HKLM\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor"


def cpus(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a socket; by the registry alone, where WMI is silent, all are taken for one."""
    tried = Reader(reader.host)
    found = devices(tried, "Win32_Processor", "cpus")
    name = _named(reader)
    if found:
        return [clean(reader, f"cpus[{i}]", _socket(row, name)) for i, row in enumerate(found)]
    threads = reader.key(CENTRAL, "cpus")
    if name and threads:
        reader.gaps.extend(tried.gaps)  # how many cores, and by whom, the registry does not tell
        return [told(name=name, threads=len(threads.subkeys), speed_hertz=rated(name))]
    reader.gaps.extend(tried.gaps)
    return None


def _socket(row: Row, name: str | None) -> dict[str, Any]:
    megahertz = whole(row.get("MaxClockSpeed"))
    # Windows before 7 names many processors by their family alone: the registry has the maker's.
    called = name or " ".join(row.get("Name", "").split())
    maker = row.get("Manufacturer", "")
    return told(
        name=called,
        manufacturer=MAKERS.get(maker, maker),
        cores=whole(row.get("NumberOfCores")),
        threads=whole(row.get("NumberOfLogicalProcessors")),
        speed_hertz=rated(called) or (megahertz * 1_000_000 if megahertz else None),
    )


def _named(reader: Reader) -> str | None:
    key = reader.key(f"{CENTRAL}\\0", "cpus[0].name")
    name = key.values.get("ProcessorNameString") if key else None
    return " ".join(name.split()) if isinstance(name, str) else None
