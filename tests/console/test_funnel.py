"""How far a PC has come: each step, and the first thing that a stuck one waits for."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from alerts.office import Office
from backup.status import Backups, SetStatus
from collector.messages import Language
from collector.numbers import Numbers
from collector.quarantine import Cause
from collector.state import Agent, Machine
from console.funnel import funnel, strangers
from console.screen import show_funnel
from console.words import Words
from tests.alerts import builders
from tests.console.office import Running, wardwatch


def step(office: Office, asset: str) -> tuple[tuple[bool, bool, bool, bool | None], str | None]:
    found = next(one for one in funnel(office) if one.asset == asset)
    reached = (found.joined, found.reporting, found.inventoried, found.backed_up)
    return reached, found.stuck.key if found.stuck else None


def with_machine(office: Office, asset: str, **changes: Any) -> Office:
    known = office.state.machines
    changed = replace(known.get(asset, Machine(asset)), **changes)
    return replace(office, state=replace(office.state, machines={**known, asset: changed}))


LANGUAGES: tuple[Language, ...] = ("vi", "en")


def quarantined(cause: Cause) -> Agent:
    return Agent(
        "a", "pc-1", "quarantined", "h", builders.NOON, builders.NOON, builders.NOON, cause
    )


@pytest.fixture
def office() -> Office:
    machines = [builders.machine(one.id) for one in builders.inventory().machines]
    return builders.office(*machines, backups=builders.WELL)


def test_a_pc_that_has_come_all_the_way_waits_for_nothing(office: Office) -> None:
    stuck = [one.stuck for one in funnel(office)]
    assert stuck == [None] * len(office.inventory.machines)
    backed_up = {one.asset: one.backed_up for one in funnel(office)}
    assert set(backed_up.values()) <= {True, None}


@pytest.mark.parametrize(
    ("changes", "reached", "stuck"),
    [
        ({"agent": None}, (False, False, True), "no-agent"),
        ({"agent": Agent("a", "pc-1", "revoked", "h", builders.NOON)}, (False, False), "revoked"),
        ({"agent": Agent("a", "pc-1", "approved", "h", builders.NOON)}, (True, False), "never"),
        (
            {"agent": quarantined("same-number")},
            (False, False),
            "quarantined-same-number",
        ),
        (
            {"agent": quarantined("two-machines")},
            (False, False),
            "quarantined-two-machines",
        ),
        ({"hardware": None}, (True, True, False), "no-hardware"),
        ({"system": None}, (True, True, False), "no-system"),
    ],
)
def test_the_first_missing_step_is_what_it_waits_for(
    office: Office, changes: dict[str, Any], reached: tuple[bool, ...], stuck: str
) -> None:
    found, told = step(with_machine(office, "pc-1", **changes), "pc-1")
    assert found[: len(reached)] == reached
    assert told == stuck


def test_a_set_that_was_never_backed_up_is_named_with_its_error(office: Office) -> None:
    declared = office.inventory.backups[0]
    for status, stuck in (
        (SetStatus(declared.id), "no-backup"),
        (SetStatus(declared.id, last_error="the repository is locked"), "backup-failed"),
    ):
        kept = replace(office, backups=Backups(sets={declared.id: status}))
        reached, told = step(kept, declared.machine)
        assert reached[3] is False
        assert told == stuck


def test_agents_of_no_declared_pc_are_told_unless_they_were_shut_out(office: Office) -> None:
    waiting = Agent("a1", None, "pending", "pc-moi", builders.NOON)
    gone = Agent("a2", "pc-cu", "approved", "pc-cu", builders.NOON)
    shut = Agent("a3", "pc-cu", "revoked", "pc-cu", builders.NOON)
    mine = Agent("a4", "pc-1", "approved", "pc-1", builders.NOON)
    assert strangers(office, (waiting, gone, shut, mine)) == (waiting, gone)


def test_the_list_names_every_pc_and_how_to_go_on(running: Running) -> None:
    done = wardwatch("agents", "list", "--state", str(running.state))
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    assert "pc-cntt" in told
    assert "wardwatch token new" in told
    assert "1 trên 10 máy đã cài" in told
    found = running.json("agents", "list")
    assert {one["asset"] for one in found["machines"] if one["joined"]} == {"may-chu"}
    assert found["agents"][0]["asset"] == "may-chu"


@pytest.mark.parametrize("cause", ["same-number", "two-machines"])
def test_the_reason_of_a_quarantine_has_words_in_both_languages(
    office: Office, cause: Cause
) -> None:
    found = step(with_machine(office, "pc-1", agent=quarantined(cause)), "pc-1")[1]
    vi, en = (Words(one, "Asia/Ho_Chi_Minh", builders.NOON) for one in LANGUAGES)
    told = {vi.text(f"funnel.{found}"), en.text(f"funnel.{found}")}
    assert len(told) == 2


def test_what_is_not_here_of_an_agents_reports_is_told_below(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    known = [Agent(name, "pc-1", "approved", "h", builders.NOON) for name in ("a1", "a2")]
    counted = {
        "a1": Numbers(accepted=9, stored=9),
        "a2": Numbers(accepted=9, stored=4, declared_lost=3, missing=2, missing_restored=1),
    }
    show_funnel(office, known, counted, "en")
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "pc-1 (a2): of 9 reports 4 are stored, 3 were given up by the PC, 2 are missing (1" in said
    )
    assert "a1" not in said
