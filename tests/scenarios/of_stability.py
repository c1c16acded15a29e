"""Scenarios: silence, lines, disks, backups, and the collector itself."""

from __future__ import annotations

from typing import Any

from alerts.own import DutyHealth
from tests.scenarios.office import local
from tests.scenarios.script import (
    AT_NIGHT,
    Scenario,
    answers,
    back,
    backed_up,
    clock,
    dies,
    drill,
    hardware,
    line,
    own,
    ports,
    room,
    says,
    sees,
)

GIB = 1024**3
HOUR = 3600
DAY = 24 * HOUR


def disk(serial: str, health: str = "healthy", **more: Any) -> dict[str, Any]:
    return {
        "name": "disk0",
        "model": "SSD 512",
        "serial": serial,
        "size_bytes": 512 * 10**9,
        "kind": "ssd",
        "bus": "nvme",
        "health": health,
        **more,
    }


SWITCH = {
    "id": "chuyen-mach",
    "kind": "switch",
    "name": "Chuyển mạch",
    "address": "192.168.10.9",
    "snmp": {"version": "2c", "community_file": "secrets/c"},
}

SILENCE = (
    Scenario("a PC goes home", (says(60, "pc-1", "shutdown"),), 900),
    Scenario("a laptop sleeps", (says(60, "pc-1", "sleep"),), 900),
    Scenario(
        "agent stopped by its user",
        (says(60, "pc-1", "stopped"),),
        600,
    ),
    Scenario(
        "agent updated: stopped and back within two minutes",
        (says(60, "pc-1", "stopped"), says(150, "pc-1", "started")),
        600,
    ),
    Scenario(
        "agent killed, and a neighbour still sees its PC",
        (dies(60, "pc-1"), sees(300, "pc-2", "pc-1")),
        420,
    ),
    Scenario(
        "agent killed at night on a PC that stays on",
        (dies(60, "pc-1"), sees(300, "may-chu", "pc-1")),
        420,
        begins=AT_NIGHT,
    ),
    Scenario(
        "agent killed, and nobody sees its PC",
        (dies(60, "pc-1"),),
        900,
    ),
    Scenario(
        "agent killed at lunch, and the collector's knock finds its PC",
        (dies(60, "pc-1"), sees(300, "may-chu", "pc-1")),
        420,
        begins="2026-11-23T11:40:00",
    ),
    Scenario(
        "cable pulled out: its port on the switch has no link",
        (
            answers(0, "chuyen-mach", reading=ports("pc-1", up=True)),
            answers(60, "chuyen-mach", reading=ports("pc-1", up=False)),
            dies(60, "pc-1"),
        ),
        720,
        devices=(SWITCH,),
    ),
    Scenario(
        "power taken away at night",
        (dies(60, "pc-1"),),
        HOUR,
        begins=AT_NIGHT,
        every=300,
    ),
    Scenario(
        "switch dead: the whole office falls silent and comes back",
        (dies(60), back(900)),
        1200,
    ),
    Scenario(
        "the server's own agent ends",
        (dies(60, "may-chu"),),
        420,
        begins=AT_NIGHT,
    ),
    Scenario(
        "disk foretells its death, and then the PC falls silent",
        (hardware(60, "pc-1", disks=[disk("S-2", "failing")]), dies(300, "pc-1")),
        1080,
    ),
    Scenario(
        "Tết: nine days off, all PCs off, and back to work",
        (
            *(says(60, f"pc-{n}", "shutdown") for n in range(1, 7)),
            drill(100, ok=True),
            # Nobody can make a PC back up that is off; it does on the first day that it is on again.
            *(says(int(11.6 * DAY), f"pc-{n}", "started") for n in range(1, 7)),
        ),
        12 * DAY,
        begins="2027-02-03T16:50:00",
        every=6 * HOUR,
    ),
    Scenario(
        "a PC that nobody sees for two weeks",
        (
            says(60, "pc-1", "shutdown"),
            *(backed_up(n * DAY) for n in range(1, 15)),
        ),
        15 * DAY,
        every=12 * HOUR,
    ),
)
INFRASTRUCTURE = (
    Scenario(
        "main line down and up again",
        (line(60, "chinh", up=False), line(600, "chinh", up=True)),
        960,
    ),
    Scenario(
        "a break of two minutes",
        (line(60, "chinh", up=False), line(150, "chinh", up=True)),
        600,
    ),
    Scenario(
        "router dead: both lines, and PCs go on reporting",
        (line(60, "chinh", "du-phong", up=False),),
        420,
    ),
    Scenario("disk failing", (hardware(60, "pc-2", disks=[disk("S-3", "failing")]),), 180),
    Scenario("disk full", (room(60, "pc-2", 0.05),), 240),
    Scenario(
        "disk swapped for another",
        (hardware(60, "pc-2", disks=[disk("NEW", model="SSD lạ")]),),
        180,
    ),
    Scenario("disk carried out", (hardware(60, "pc-2", disks=[]),), 180),
    Scenario(
        "memory taken out",
        (hardware(60, "pc-2", memory={"total_bytes": 8 * GIB, "slots": []}),),
        180,
    ),
    Scenario("clock wrong by an hour", (clock(60, "pc-3", -HOUR),), 240),
    Scenario(
        "no backup for four days",
        (drill(60, ok=True),),
        4 * DAY,
        every=6 * HOUR,
    ),
    Scenario("restore drill fails", (drill(60, ok=False),), 180),
    Scenario(
        "the collector's disk runs full and is cleared",
        (own(60, disk_free_bytes=5), own(300, disk_free_bytes=60)),
        720,
    ),
    Scenario(
        "a duty fails, the inventory breaks, the certificate is not renewed",
        (
            own(60, duties=(DutyHealth("lines", local("2026-11-23T09:01:00"), "OSError"),)),
            own(120, inventory_problem="dòng 41: khóa lạ"),
            own(180, certificate_until=local("2026-12-01T09:00:00")),
        ),
        720,
    ),
    Scenario(
        "notices are stuck for a quarter of an hour",
        (own(60, notices_waiting=3, notices_since=local("2026-11-23T09:01:00")),),
        1080,
    ),
)
