"""Facts that were read off recordings by eye, held against what the probes make of them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from agent.fields import paths, purposes
from agent.host.recorded import opened
from agent.probes import read
from agent.report import Reading
from agent.words import translated
from tests.agent import machines
from tests.agent.machines import NOON

FOLDER = Path(__file__).parent / "facts"
OWN = FOLDER / "machines"

LOOSE = {
    "dmidecode": "commands/dmidecode.txt",
    "smartctl": "commands/smartctl.txt",
    "upower": "commands/upower.txt",
    "mdatp": "commands/mdatp.json",
    "edid": "files/sys/class/drm/card0-HDMI-A-1/edid",
}
"""Where the agent would have read a loose file; what it is, the name of the recording says."""

TOOLS = {
    "batteries/dmidecode": "dmidecode",
    "batteries/infos": "upower",
    "batteries/enumerate": "upower",
    "linux/antivirus": "mdatp",
}
"""The tool that printed a loose file, where its folder does not say it."""

Fact = tuple[str, str, str, Any]
"""Probe, recording, path inside the section, value there; None where there is to be none.

A path that ends in `#` counts a list; `?FIELD` is whether a gap names that field.
"""
PROBED = ("hardware", "system", "software", "security", "events")
FOLDERS = ("windows", "edid", "dmidecode", "smartctl", "batteries", "linux")


def _folder(recording: str) -> Path:
    place, _, name = recording.partition("/")
    own = OWN / name if (OWN / name).is_dir() else machines.OWN / name
    return own if place == "own" else machines.recordings() / recording


def _facts() -> list[Fact]:
    tables = sorted(FOLDER.glob("*.json"))
    rows = [(table.stem, *row) for table in tables for row in json.loads(table.read_text("utf-8"))]
    return [row for row in rows if _folder(row[1]).exists()]


def _at(section: Any, path: str) -> Any:
    for part in path.split("."):
        if part == "#":
            return len(section)
        if isinstance(section, list) and not part.isdigit():
            section = next((one for one in section if one["id"] == part), None)
        elif isinstance(section, list):
            section = section[int(part)] if int(part) < len(section) else None
        elif section is not None:
            section = section.get(part)
    return section


@cache
def _read(probe: str, recording: str) -> Reading:
    kind, _, name = recording.rpartition("/")
    kind = TOOLS.get(f"{kind}/{re.split('[_-]', name)[0]}", kind)
    if kind not in LOOSE:
        return read(probe, opened(_folder(recording), NOON))
    with TemporaryDirectory() as folder:
        place = Path(folder, LOOSE[kind])
        place.parent.mkdir(parents=True)
        shutil.copyfile(_folder(recording), place)
        return read(probe, opened(Path(folder), NOON))


FACTS = _facts()


@pytest.mark.parametrize(
    ("probe", "recording", "path", "expected"), FACTS, ids=lambda value: str(value)[:40]
)
def test_a_recorded_machine_tells_the_fact(
    probe: str, recording: str, path: str, expected: Any
) -> None:
    reading = _read(probe, recording)
    if path.startswith("?"):
        assert (path[1:] in {gap.field for gap in reading.gaps}) is expected
    else:
        assert _at(reading.section, path) == expected


def _recordings() -> list[str]:
    folders = [machines.recordings() / name for name in FOLDERS]
    at_hand = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    return [f"{path.parent.name}/{path.name}" for path in at_hand]


@cache
def _nothing(probe: str, system: str) -> Any:
    """What the probe tells of a machine of which nothing at all was recorded."""
    with TemporaryDirectory() as folder:
        Path(folder, "recording.json").write_text(json.dumps({"system": system}))
        return read(probe, opened(Path(folder), NOON)).section


def _untold(recordings: Iterable[str], facts: Iterable[Fact]) -> set[tuple[str, str]]:
    """Recordings without any fact, and probes that tell something of one without a fact of it."""
    kept = {(probe, recording) for probe, recording, _, _ in facts}
    found = {("any", one) for one in recordings if one not in {named for _, named in kept}}
    for one in recordings:
        system = "windows" if one.startswith("windows/") else "linux"
        fed = {probe for probe in PROBED if _read(probe, one).section != _nothing(probe, system)}
        found |= {(probe, one) for probe in fed if (probe, one) not in kept}
    return found


def test_every_recording_has_facts_of_each_probe_that_it_feeds() -> None:
    assert _untold(_recordings(), FACTS) == set()


def test_a_recording_or_a_probe_of_it_without_facts_is_named() -> None:
    one = "own/windows-11-network"
    assert {("any", one), ("system", one)} <= _untold([one], ())
    told = _untold([one], [("system", one, "hostname", "VP-01")])
    assert not {("any", one), ("system", one)} & told


@pytest.mark.parametrize(
    ("probe", "recording"), sorted({(probe, recording) for probe, recording, _, _ in FACTS})
)
def test_whatever_they_tell_has_a_purpose_and_is_told_in_vietnamese(
    probe: str, recording: str
) -> None:
    reading = _read(probe, recording)
    assert set(paths(probe, reading.section)) - set(purposes("vi")) == set()
    causes = {gap.cause for gap in reading.gaps}
    assert {cause for cause in causes if translated(cause, "vi") == cause} == set()
