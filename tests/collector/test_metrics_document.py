from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector.devices.known import Device
from collector.devices.reading import DeviceReading, Interface, Supply, Ups, Volume
from collector.devices.reading import Disk as DeviceDisk
from collector.line_readings import LineReading, Target
from collector.lines.facts import Availability, LineFacts, Speed
from collector.metrics import families
from collector.own_metrics import OwnMetrics
from collector.presence import PRESENCES
from collector.readings import (
    Check,
    Counter,
    Disk,
    Filesystem,
    Hardware,
    Load,
    MemoryLoad,
    Security,
)
from collector.state import Agent, Latest, Machine, State
from tests.collector.office import NOON, OFFICE

ROW = re.compile(r"^\| (`wardwatch_[^|]*) \| (\w+) \| ([^|]*) \|", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")

EVERYTHING = State(
    machines={
        "pc-01": Machine(
            "pc-01",
            agent=Agent("a1", "pc-01", "approved", "MAY-01", NOON, NOON),
            cpu_ratio=0.5,
            hardware=Latest(1, NOON, NOON, Hardware(disks=(Disk("sda", health="ok"),))),
            security=Latest(1, NOON, NOON, Security((Check("firewall", "pass"),))),
            load=Latest(
                1,
                NOON,
                NOON,
                Load(
                    memory=MemoryLoad(2, 1),
                    filesystems=(Filesystem("/", 2, 1),),
                    network=Counter(1, 2),
                    uptime_seconds=1,
                ),
            ),
        )
    },
    lines={
        "vnpt": (
            LineReading("vnpt", NOON, up=True, targets=(Target("a:1", 0.1, None, 0.01, 0.0, 5),)),
        )
    },
    line_facts={
        "vnpt": LineFacts(
            {"1d": Availability(1.0, 1.0, 60, 60)},
            (Speed(NOON, "pc-01", "internet", 1e8, 1e8),),
        )
    },
    devices={
        "in-01": Device(
            "in-01",
            up=True,
            reading=DeviceReading(
                supplies=(Supply("Toner", "toner", None, 0.5, "ok"),),
                pages=1,
                ups=Ups(1.0, 60.0, False),
                interfaces=(Interface("eth0", 1, None, None, True, True, 6, None, 1, 2, 3, 4),),
                volumes=(Volume("/", 2, 1),),
                disks=(DeviceDisk("Disk 1", temperature_celsius=30.0),),
            ),
        )
    },
)


@pytest.fixture
def document(example_inventory_path: Path) -> str:
    return (example_inventory_path.parent / "docs" / "metrics.md").read_text("utf-8")


def told(document: str, heading: str) -> dict[str, tuple[str, set[str]]]:
    section = document.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    return {
        name: (kind, set(CODE.findall(labels)))
        for names, kind, labels in ROW.findall(section)
        for name in CODE.findall(names)
    }


def test_every_family_of_the_fleet_is_told_with_its_labels_and_no_other(document: str) -> None:
    emitted = {
        family.name: (
            family.kind,
            {name for sample in family.samples for name in sample.labels} - {"asset", "site"},
        )
        for family in families(OFFICE, EVERYTHING, NOON)
    }
    assert told(document, "The fleet") == emitted


def test_what_the_collector_measures_of_itself_is_told(document: str) -> None:
    own = OwnMetrics()
    own.ingest_seconds.observe(0.1)
    emitted = {
        family.name + ("_total" if family.type == "counter" else ""): family.type
        for family in text_string_to_metric_families(own.render().decode())
        if family.name.startswith("wardwatch_") and not family.name.endswith("_created")
    }
    listed = {name: kind for name, (kind, _) in told(document, "The collector itself").items()}
    assert listed == emitted


def test_every_state_of_an_agent_is_explained(document: str) -> None:
    states = document.split("| `state` | what it means |")[1].split("\n## ", maxsplit=1)[0]
    assert set(PRESENCES) <= set(CODE.findall(states))
