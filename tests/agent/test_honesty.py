"""What could not be read never passes: held against every recording, one damage at a time."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.fields import paths
from agent.host import Host, UnreadableError
from agent.host.recorded import opened
from agent.probes import read
from agent.report import Reading
from collector import sections
from tests.agent import machines
from tests.agent.faults import Fault, Faulty, faults
from tests.agent.machines import NOON
from tests.agent.played import Played

PROBES = ("events", "hardware", "load", "security", "software", "system")
LOOSE = {
    "dmidecode": "commands/dmidecode.txt",
    "smartctl": "commands/smartctl.txt",
    "batteries": "commands/upower.txt",
    "edid": "files/sys/class/drm/card0-HDMI-A-1/edid",
    "linux": "commands/mdatp.json",
}
"""Where the agent would have read a loose file, by the folder that it lies in."""
PLAUSIBLE = ("nan", "-1", "9" * 30, "2099-12-31", "20991231")
NAMED = frozenset({"administrators", "guest", "hosts-file", "remote-access", "ssh"}) | {
    "lockout",
    "password-policy",
    "updates",
}
"""These find by name what they judge: another name that could be one is another machine's truth."""
DEFAULTS = {
    # A file that is not there, or all comments, is how the system is made: its default is in force.
    "lockout": "/etc/security/faillock.conf",
    "password-policy": "/etc/security/pwquality.conf",
}
NAMED_BY = {
    # What one folder or one class tells, is named as one.
    **dict.fromkeys(("bios", "board"), "system"),
    **dict.fromkeys(("slots", "batteries", "cpus"), "memory"),
    "scanners": "usb",
    "sources": "packages",
    "timezone_windows": "timezone",
}
NONE_IS_FINE = frozenset(
    {
        # A value that is not there says what an honest machine says too: no name server, no account
        # that is told apart; a driver with no class of its own.
        *("DNSServerSearchOrder", "TargetUserName", "instanceGuid"),
    }
)


def _folders() -> dict[str, Path]:
    """Our own recordings, always there, and those of real machines at hand."""
    own = (machines.OWN, machines.HERE / "facts" / "machines")
    found = {f"own/{path.name}": path for place in own for path in sorted(place.iterdir())}
    shared = machines.recordings() / "windows"
    if shared.is_dir():
        found |= {f"windows/{path.name}": path for path in sorted(shared.iterdir())}
    return found


def _samples() -> dict[str, Path]:
    """Loose files: our own, and those at hand."""
    folders = [machines.HERE / "samples" / kind for kind in LOOSE]
    folders += [machines.recordings() / kind for kind in LOOSE]
    files = [path for one in folders if one.is_dir() for path in sorted(one.iterdir())]
    return {f"{path.parent.name}/{path.name}": path for path in files}


FOLDERS = _folders()
SAMPLES = _samples()


def _verdicts(reading: Reading) -> dict[str, str]:
    rows = reading.section.get("checks", ()) if isinstance(reading.section, dict) else ()
    return {row["id"]: row["verdict"] for row in rows}


def _lengths(value: Any, here: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _lengths(part, f"{here}.{name}".strip("."))
    elif isinstance(value, list | tuple):
        yield here, len(value)
        for part in value:
            yield from _lengths(part, f"{here}[]")


def _totals(section: Any) -> Counter[str]:
    """How many entries its lists have, by their place; those within each other together."""
    found: Counter[str] = Counter()
    for place, count in _lengths(section):
        found[place] += count
    return found


def _top(path: str) -> str:
    return re.split(r"[.\[]", path)[0]


def _excused(fault: Fault, check: str) -> bool:
    """What no reader can tell from an honest machine."""
    if fault.words == "torn" and fault.question.startswith("file "):
        return True  # a file is read whole, or the reading fails
    if fault.words in {"gone", "empty"}:
        # A process that ended since it was listed; a file whose default is in force without it.
        return DEFAULTS.get(check, "/comm") in fault.question
    # Any printable word is the name of a process.
    words = (*PLAUSIBLE, "Không") if check == "remote-access" else PLAUSIBLE
    return check in NAMED and any(word in fault.words for word in words)


def _turned(fault: Fault, before: Reading, after: Reading) -> set[str]:
    was, now = _verdicts(before), _verdicts(after)
    found = {one for one in now if now[one] == "pass" and was.get(one) != "pass"}
    return {one for one in found if not _excused(fault, one)}


def _unnamed(probe: str, fault: Fault, before: Reading, after: Reading) -> set[str]:
    """Fields and entries that were lost without a gap that says so."""
    told = Counter(gap.field for gap in after.gaps) - Counter(gap.field for gap in before.gaps)
    told += Counter(
        gap.field for gap in after.gaps if gap.cause not in {one.cause for one in before.gaps}
    )
    named = {_top(field) for field in told}
    was, now = _totals(before.section), _totals(after.section)
    lost = {place for place in was if now[place] < was[place]}
    if fault.refused:
        gone = set(paths(probe, before.section)) - set(paths(probe, after.section))
        lost |= {path.partition(".")[2] for path in gone if "[]" not in path.partition(".")[0]}
    if probe in {"events", "security"}:
        # Their lists have no name of their own: a channel or a check is what a gap names.
        return {place for place in lost if not named and not _verdicts(after)}
    # A list that was not whole before either is named already.
    known = {gap.field for gap in before.gaps} & {gap.field for gap in after.gaps}
    lost -= known
    return {one for one in lost if not {_top(one), NAMED_BY.get(_top(one), "")} & named}


def _is_silent(fault: Fault, place: str) -> bool:
    """Whether an entry less says what an honest machine says too."""
    if fault.whole and not fault.refused:
        return True
    if fault.question == "program dmidecode" and not fault.refused:
        # The text of last resort, where the table itself is closed: a structure whose heading is
        # noise cannot be told from one that this firmware does not have.
        return True
    if place == "remote_access":
        return "None" not in fault.words  # the tool is known by its name alone
    if place.startswith("autoruns."):
        # An entry that a list does not have, was never there; and one that another mode has does
        # not start by itself.
        return "None" in fault.words or "StartMode" in fault.words
    field = fault.words.partition("=")[0].rpartition(".")[2]
    if place == "network[].speed_bits_per_second":
        return True  # the kernel answers EINVAL for Wi-Fi, and for a port with no cable
    return field in NONE_IS_FINE


def _told_badly(host: Host, probes: tuple[str, ...] = PROBES) -> list[str]:
    """Every fault that was not borne as it must be: by probe, question and field."""
    found = []
    for probe in probes:
        played = Played(host, probe)
        before = played.before
        for fault, after in played.damaged():
            if played.same(after):
                continue
            body = json.dumps(after.section, allow_nan=False).encode()
            sections.typed(probe, body)
            wrong = _turned(fault, before, after)
            lost = _unnamed(probe, fault, before, after)
            wrong |= {place for place in lost if not _is_silent(fault, place)}
            if wrong:
                found.append(f"{probe}: {fault.question}: {fault.words}: {sorted(wrong)}")
    return found


@pytest.mark.parametrize("name", FOLDERS)
def test_no_damage_passes_raises_or_loses_an_entry_unnamed(name: str) -> None:
    assert _told_badly(opened(FOLDERS[name], NOON)) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_no_damage_of_a_loose_file_passes_raises_or_loses_an_entry(
    name: str, tmp_path: Path
) -> None:
    kind = name.partition("/")[0]
    is_text_of_firmware = kind == "batteries" and b"DMI type" in SAMPLES[name].read_bytes()
    place = tmp_path / LOOSE["dmidecode" if is_text_of_firmware else kind]
    place.parent.mkdir(parents=True)
    shutil.copyfile(SAMPLES[name], place)
    probe = "security" if kind == "linux" else "hardware"
    assert _told_badly(opened(tmp_path, NOON), (probe,)) == []


@pytest.mark.parametrize("absent", [True, False])
@pytest.mark.parametrize("name", FOLDERS)
def test_where_nothing_at_all_can_be_read_nothing_passes(name: str, *, absent: bool) -> None:
    closed = Faulty(opened(FOLDERS[name], NOON))
    problem = UnreadableError("permission denied: it", absent=absent)
    found, asked = read("security", closed), 0
    # Where one source is silent a check asks another: those are closed too.
    while asked < len(closed.answers):
        asked = len(closed.answers)
        closed.answers |= dict.fromkeys(closed.answers, problem)
        found = read("security", closed)
    assert "pass" not in _verdicts(found).values()


def test_the_faults_reach_every_property_and_value() -> None:
    whole = Faulty(opened(FOLDERS["own/windows-kept"], NOON))
    before = _verdicts(read("security", whole))
    lost: set[str] = set()
    for fault in list(faults(whole)):
        after = _verdicts(
            read("security", Faulty(whole.host, fault.question, fault.damage, whole.answers))
        )
        lost |= {one for one in before if after.get(one) != "pass"}
    # Every check of a well-kept PC rests on something that it loses its pass without.
    assert lost == set(before)
