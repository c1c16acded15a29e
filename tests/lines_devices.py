"""Switch and UPS of the lab's office, each with a real SNMP agent, asked as the collector does.

`python -m tests.lines_devices FOLDER` in a network namespace of its own prints what was seen while
the mains failed and then the switch: looks of the collector, and polls of both devices.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess  # noqa: TID251 - one agent is ended
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    Integer32,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    set_cmd,
)

from collector.devices.ledger import Polled
from collector.devices.polls import poll
from collector.devices.snmp import Engines
from collector.inventory.model import Device
from tests.lines_beyond import office
from tests.lines_faults import FAULTS
from tests.lines_inside import collector_look
from tests.lines_lab import NOW, Lab
from tests.lines_lab import poll as until
from tests.namespaces import apart

SWITCH, UPS = "192.168.50.2", "192.168.50.20"
COMMUNITY = "hoa-mai"
SOURCE, MAINS, BATTERY = "1.3.6.1.2.1.33.1.4.1.0", 3, 5
"""upsOutputSource (RFC 1628)."""
AGENT = """
agentaddress udp:{address}:161
rwcommunity {community}
"""
BATTERIES = {
    f"1.3.6.1.2.1.33.1.2.{number}.0": value for number, value in ((1, 2), (3, 45), (4, 97))
}
"""upsBatteryStatus, upsEstimatedMinutesRemaining, upsEstimatedChargeRemaining."""


def devices() -> list[dict[str, Any]]:
    """As an inventory declares them."""
    asked = {"version": "2c", "community_file": "community"}
    return [
        {"id": one, "kind": kind, "name": name, "address": address, "snmp": asked}
        for one, kind, name, address in (
            ("chuyen-mach", "switch", "Bộ chuyển mạch", SWITCH),
            ("luu-dien", "ups", "Bộ lưu điện", UPS),
        )
    ]


def agent(here: Lab, machine: str, address: str, folder: Path, more: str = "") -> Any:
    """An agent at that machine, which listens once this returns."""
    place = folder / address
    place.mkdir()
    (place / "snmpd.conf").write_text(AGENT.format(address=address, community=COMMUNITY) + more)
    words = ("/usr/sbin/snmpd", "-f", "-Lf", str(place / "log"), "-C", "-r", "-I", "-smux")
    told = ("-c", str(place / "snmpd.conf"), "-p", str(place / "pid"))
    child = here.start(machine, "env", f"SNMP_PERSISTENT_DIR={place}", *words, *told)
    log = place / "log"
    until(lambda: log.exists() and "NET-SNMP version" in log.read_text())
    return child


def asked(folder: Path, at: datetime, only: str | None = None) -> list[Any]:
    """What both say to the collector at that moment, from within its namespace."""

    async def everyone() -> list[Polled]:
        engines = Engines()
        try:
            known: dict[str, Any] = {}
            wanted = [Device.model_validate(one) for one in devices() if only in (None, one["id"])]
            polls = (poll(engines, one, folder, known, lambda: at) for one in wanted)
            return list(await asyncio.gather(*polls))
        finally:
            engines.close()

    return [msgspec.to_builtins(one) for one in asyncio.run(everyone())]


def on_battery() -> bool:
    """The mains fail: the UPS says so from now on."""

    async def told() -> bool:
        place = await UdpTransportTarget.create((UPS, 161))
        value = ObjectType(ObjectIdentity(SOURCE), Integer32(BATTERY))
        engine = SnmpEngine()
        try:
            problem, status, _, _ = await set_cmd(
                engine, CommunityData(COMMUNITY), place, ContextData(), value
            )
            return problem is None and int(status) == 0
        finally:
            engine.close_dispatcher()

    return asyncio.run(told())


def run(folder: Path) -> dict[str, Any]:
    """Well, then on battery, then the switch is off. Instants are told, none is waited for."""
    (folder / "community").write_text(COMMUNITY)
    (folder / "community").chmod(0o600)
    with office() as (here, beyond):
        authority = str(beyond.folder / "authority.pem")
        look = partial(collector_look, authority)

        def inside(work: Callable[[], Any]) -> Any:
            return here.inside("collector", work)

        here.ip("switch", "addr", "add", f"{SWITCH}/24", "dev", "br0")
        here.ip("pc-3", "addr", "add", f"{UPS}/24", "dev", "lan0")
        values = {SOURCE: MAINS, **BATTERIES}
        rows = "".join(f"override -rw {oid} integer {value}\n" for oid, value in values.items())
        of_switch = agent(here, "switch", SWITCH, folder)
        agent(here, "pc-3", UPS, folder, rows)
        before = inside(look)
        well = inside(partial(asked, folder, NOW - timedelta(seconds=50))).value()
        assert inside(on_battery).value()
        battery = inside(partial(asked, folder, NOW - timedelta(seconds=5), "luu-dien")).value()
        of_switch.kill()
        of_switch.wait()
        FAULTS["switch off"].make(here, beyond)
        after, silent = inside(look), inside(partial(asked, folder, NOW + timedelta(seconds=30)))
        return {
            "before": before.value(),
            "after": after.value(),
            "well": well,
            "battery": battery,
            "silent": silent.value(),
        }


def within(folder: Path) -> dict[str, Any]:
    """`run` in a namespace of its own."""
    done = subprocess.run(
        [*apart("--net"), sys.executable, "-m", "tests.lines_devices", str(folder)],
        capture_output=True,
        timeout=300,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
    )
    assert done.returncode == 0, done.stderr.decode()
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    json.dump(run(Path(sys.argv[1])), sys.stdout)
