"""What could not be read never passes: held against every recording, one damage at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.host import Host, UnreadableError
from agent.host.recorded import opened
from agent.probes import read
from tests.agent import machines
from tests.agent.faults import Faulty, faults
from tests.agent.machines import NOON


def _folders() -> dict[str, Path]:
    """Our own recordings, always there, and those of real machines at hand."""
    own = (machines.OWN, machines.HERE / "facts" / "machines")
    found = {f"own/{path.name}": path for place in own for path in sorted(place.iterdir())}
    shared = machines.recordings() / "windows"
    if shared.is_dir():
        found |= {f"windows/{path.name}": path for path in sorted(shared.iterdir())}
    return found


FOLDERS = _folders()


def _verdicts(host: Host) -> dict[str, str]:
    rows = read("security", host).section["checks"]
    return {row["id"]: row["verdict"] for row in rows}


@pytest.mark.parametrize("name", FOLDERS)
def test_no_damage_turns_a_verdict_into_a_pass(name: str) -> None:
    whole = Faulty(opened(FOLDERS[name], NOON))
    before = _verdicts(whole)
    for question, damage in list(faults(whole.answers)):
        after = _verdicts(Faulty(whole.host, question, damage, whole.answers))
        turned = {one for one in after if after[one] == "pass" and before.get(one) != "pass"}
        assert not turned, question


@pytest.mark.parametrize("absent", [True, False])
@pytest.mark.parametrize("name", machines.NAMES)
def test_where_nothing_at_all_can_be_read_nothing_passes(name: str, *, absent: bool) -> None:
    closed = Faulty(opened(FOLDERS[f"own/{name}"], NOON))
    problem = UnreadableError("permission denied: it", absent=absent)
    found, asked = _verdicts(closed), 0
    # Where one source is silent a check asks another: those are closed too.
    while asked < len(closed.answers):
        asked = len(closed.answers)
        closed.answers |= dict.fromkeys(closed.answers, problem)
        found = _verdicts(closed)
    assert "pass" not in found.values()


def test_the_faults_reach_every_property_and_value() -> None:
    whole = Faulty(opened(FOLDERS["own/windows-kept"], NOON))
    before = _verdicts(whole)
    lost: set[str] = set()
    for question, damage in list(faults(whole.answers)):
        after = _verdicts(Faulty(whole.host, question, damage, whole.answers))
        lost |= {one for one in before if after.get(one) != "pass"}
    # Every check of a well-kept PC rests on something that it loses its pass without.
    assert lost == set(before)
