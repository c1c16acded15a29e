"""Real devices, as other people recorded them, agree with what LibreNMS made of the same bytes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from collector.devices.asking import read
from collector.devices.credentials import Credentials
from collector.devices.snmp import Engines, Target
from collector.devices.understand import understood
from tests.collector.devices import expectations
from tests.collector.devices.conftest import OWN, SHARED
from tests.collector.devices.making import played

RECORDED = sorted(
    path for place in (OWN, SHARED) if place.is_dir() for path in place.glob("*.expected.json")
)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name.split(".")[0])
def test_a_recorded_device_reads_over_the_wire_as_librenms_reads_it(
    path: Path, devices: int
) -> None:
    name = path.name.removesuffix(".expected.json")
    told, walk = expectations.expected(path), played(path.with_name(f"{name}.snmprec"))

    async def asked() -> tuple[dict[str, object], object]:
        engines = Engines()
        try:
            answer = await read(engines, Target("127.0.0.1", Credentials(community=name), devices))
        finally:
            engines.close()
        assert answer.problem is None
        return dict(answer.walk), understood(None, answer.walk, answer.gaps)

    _, reading = asyncio.run(asked())
    assert reading == understood(None, walk), "the wire tells all that the recording holds"
    differences = [
        *expectations.identity(reading, told),
        *expectations.supplies(reading, told, walk),
        *expectations.sensors(reading, told),
        *expectations.ports(reading, told),
    ]
    assert differences == []


def test_the_own_recordings_are_there_without_the_shared_ones() -> None:
    assert {path.name.split(".")[0] for path in OWN.glob("*.expected.json")} >= {
        "may-in",
        "bo-chuyen-mach",
        "bo-luu-dien",
    }
