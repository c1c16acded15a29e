"""What polling costs: N devices a minute by one process, against recordings that snmpsim serves.

`python -m bench.devices --devices 200`. CPU seconds are this process's own (the simulator is
another), so that other load on the machine does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.devices.ledger import Polled
from collector.devices.polls import SURVEY_EVERY, poll
from collector.devices.snmp import Engines
from collector.inventory.model import Device
from tests.collector.devices.conftest import OWN, SHARED
from tests.collector.devices.simulator import serving

GLANCES = 3


def main() -> None:
    """Serve, poll, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--devices", type=int, default=200)
    wanted = arguments.parse_args().devices
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recordings = SHARED if SHARED.is_dir() else OWN
        communities = [path.name.removesuffix(".snmprec") for path in recordings.glob("*.snmprec")]
        with serving(recordings, folder / "simulator") as port:
            devices = [_device(folder, n, communities, port) for n in range(wanted)]
            asyncio.run(_measure(folder, devices))


def _device(folder: Path, number: int, communities: list[str], port: int) -> Device:
    community = communities[number % len(communities)]
    (folder / community).write_text(community)
    way = {"version": "2c", "community_file": community, "port": port}
    return Device.model_validate(
        {
            "id": f"thiet-bi-{number}",
            "kind": "printer" if "jet" in community or "brother" in community else "switch",
            "name": community,
            "address": "127.0.0.1",
            "snmp": way,
        }
    )


async def _measure(folder: Path, devices: list[Device]) -> None:
    engines, turns = Engines(5.0, 2), asyncio.Semaphore(32)
    known: dict[str, Any] = {}
    now = [datetime(2026, 11, 23, tzinfo=UTC)]

    async def one(device: Device) -> Polled:
        async with turns:
            return await poll(engines, device, folder, known, lambda: now[0])

    costs = []
    try:
        for _ in range(1 + GLANCES):
            began, spent = time.monotonic(), time.process_time()
            came = await asyncio.gather(*(one(device) for device in devices))
            costs.append(time.process_time() - spent)
            failed = sum(polled.problem is not None for polled in came)
            kind = "survey" if came[0].surveyed else "glance"
            print(
                f"{kind}: {len(came)} devices, {failed} failed, {costs[-1]:.2f} s CPU, "
                f"{time.monotonic() - began:.1f} s wall"
            )
            now[0] += timedelta(minutes=1)
    finally:
        engines.close()
    each = int(SURVEY_EVERY / timedelta(minutes=1))
    glance = sum(costs[1:]) / GLANCES
    share = (costs[0] + glance * (each - 1)) / each / 60
    print(f"{len(devices)} devices a minute: {share:.1%} of one core")


if __name__ == "__main__":
    main()
