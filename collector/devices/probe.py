"""One device, asked once: what `wardwatch device probe` prints."""

from __future__ import annotations

import asyncio

from collector.devices import asking
from collector.devices.asking import LIMITS, Limits
from collector.devices.reading import DeviceReading
from collector.devices.snmp import Engines, Target
from collector.devices.understand import understood
from collector.readings import Gap


def probe(target: Target, kind: str | None = None, limits: Limits = LIMITS) -> DeviceReading:
    """The reading. A device that does not answer has one gap, `device`, with the cause."""
    return asyncio.run(_probe(target, kind, limits))


async def _probe(target: Target, kind: str | None, limits: Limits) -> DeviceReading:
    engines = Engines()
    try:
        answer = await asking.read(engines, target, kind, limits)
    finally:
        engines.close()
    gaps = answer.gaps
    if answer.problem is not None:
        gaps = (*gaps, Gap("device", answer.problem))
    return understood(kind, answer.walk, gaps)
