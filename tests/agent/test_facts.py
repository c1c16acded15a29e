"""Facts that were read off recordings by eye, held against what the probes make of them."""

from __future__ import annotations

import json
import shutil
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
    "edid": "files/sys/class/drm/card0-HDMI-A-1/edid",
}
"""Where the agent would have read a loose file; what it is, the name of the recording says."""

Fact = tuple[str, str, str, Any]
"""Probe, recording, path inside the section, value there; None where there is to be none."""


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
    kind = "upower" if "infos" in name else "dmidecode" if kind == "batteries" else kind
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
    assert _at(_read(probe, recording).section, path) == expected


def test_there_are_facts_of_our_own_for_every_probe_that_has_a_table() -> None:
    own = {probe for probe, recording, _, _ in FACTS if recording.startswith("own/")}
    assert own == {table.stem for table in FOLDER.glob("*.json")}


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
