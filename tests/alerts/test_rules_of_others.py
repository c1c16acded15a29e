"""Rules that judge officials, lines, backup sets and repositories."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from alerts.finding import Finding
from backup.status import Backups, Drill, RepositoryStatus, SetStatus
from collector.inventory.model import Inventory
from collector.line_readings import LineReading, Target
from collector.office_hours import rested
from tests.alerts.builders import NOON, agent, finding, inventory, machine, office

SECOND = timedelta(seconds=1)


def test_an_official_without_a_machine_fails() -> None:
    found = finding("official-without-machine", "ke-toan", office(machine()))
    assert (found.verdict, found.because) == ("fail", "without")


def test_an_official_whose_machine_was_seen_passes_and_names_its_report() -> None:
    found = finding("official-without-machine", "ho-tich", office(machine()))
    assert (found.verdict, [one.report for one in found.evidence]) == ("pass", [1])


def test_a_machine_on_paper_alone_leaves_its_official_unknown() -> None:
    assert finding("official-without-machine", "ho-tich", office()).because == "unseen"
    unseen = finding("official-without-machine", "ho-tich", office(machine(hardware=None)))
    assert unseen.verdict == "unknown"


def line(*states: tuple[bool, float]) -> Finding:
    """The line after looks (up, seconds ago), newest first."""
    readings = tuple(
        LineReading(
            "chinh",
            NOON - timedelta(seconds=ago),
            up,
            (Target("192.0.2.1:443", 0.01 if up else None, None if up else "timed out"),),
        )
        for up, ago in states
    )
    return finding("line-down", "chinh", office(lines={"chinh": readings}))


def test_a_line_that_nobody_looked_at_is_unknown() -> None:
    assert finding("line-down", "chinh", office()).because == "never-looked"
    assert line((True, 600)).verdict == "pass"
    assert line((True, 601)).because == "unwatched"


def test_a_line_is_down_from_the_threshold_on_and_up_until_then() -> None:
    assert line((True, 10), (False, 70)).because == "up"
    assert line((False, 10), (False, 179), (True, 240)).because == "brief"
    down = line((False, 10), (False, 180), (True, 240))
    assert (down.verdict, down.because) == ("fail", "down")
    assert down.signal_at == NOON - timedelta(seconds=180)
    silent = down.evidence[0].seen[1]
    assert (silent.key, silent.values["error"]) == ("target-silent", "timed out")


def test_a_line_that_was_never_seen_up_is_unknown_until_the_threshold() -> None:
    assert line((False, 10)).because == "not-yet"
    assert line((False, 10), (False, 200)).verdict == "fail"


def backup_late(agent_joined: timedelta | None = timedelta(days=90), **status: Any) -> Finding:
    joined = agent_joined and agent(joined_at=NOON - agent_joined)
    backups = Backups(sets={"tai-lieu": SetStatus("tai-lieu", **status)})
    seen = replace(office(machine(agent=joined), backups=backups), inventory=declared())
    return finding("backup-late", "tai-lieu", seen)


def declared(*, always_on: bool = True) -> Inventory:
    """The set's machine is on by night too, or rests with the office."""
    here = inventory()
    first = here.machines[0].model_copy(update={"always_on": always_on})
    return here.model_copy(update={"machines": (first, *here.machines[1:])})


def test_a_backup_is_late_once_it_is_older_than_its_rpo() -> None:
    rpo = timedelta(hours=26)
    fresh = backup_late(last_success_at=NOON - rpo, last_receipt=5)
    assert (fresh.verdict, fresh.evidence[0].report) == ("pass", 5)
    assert backup_late(last_success_at=NOON - rpo - SECOND).because == "late"


def test_days_on_which_the_office_rests_do_not_age_a_backup_of_a_pc_that_rests_too() -> None:
    rpo, site = timedelta(hours=26), inventory().site
    thursday = NOON - timedelta(days=4)
    assert rested(site, thursday, NOON) == timedelta(days=3)
    old = Backups(
        sets={"tai-lieu": SetStatus("tai-lieu", last_success_at=thursday, last_receipt=5)}
    )

    def because(*, always_on: bool) -> str:
        seen = replace(office(machine(), backups=old), inventory=declared(always_on=always_on))
        return finding("backup-late", "tai-lieu", seen).because

    assert NOON - thursday - timedelta(days=3) <= rpo
    assert because(always_on=False) == "fresh"
    assert because(always_on=True) == "late"


def test_a_failed_run_within_the_rpo_still_passes_and_says_so() -> None:
    found = backup_late(last_success_at=NOON, last_error="disk full")
    assert (found.verdict, found.because) == ("pass", "fresh-but-failing")


def test_a_set_never_backed_up_has_its_rpo_from_joining_and_no_longer() -> None:
    assert backup_late(timedelta(hours=26)).because == "not-yet"
    assert backup_late(timedelta(hours=26) + SECOND).because == "never"
    assert backup_late(None).because == "not-joined"
    assert backup_late(None).verdict == "unknown"


def drill(**changes: Any) -> Drill:
    fields: dict[str, Any] = {"at": NOON, "ok": True, "files": 3, "bytes": 9, "mismatched": ()}
    return Drill(**(fields | {"seconds": 1.0} | changes))


def unproved(agent_joined: timedelta = timedelta(days=90), **status: Any) -> Finding:
    joined = agent(joined_at=NOON - agent_joined)
    backups = Backups(sets={"tai-lieu": SetStatus("tai-lieu", **status)})
    return finding("backup-unproved", "tai-lieu", office(machine(agent=joined), backups=backups))


def test_a_proof_holds_for_its_days_and_no_longer() -> None:
    week = timedelta(days=7)
    assert unproved(last_proof_at=NOON - week, last_drill=drill(at=NOON - week)).verdict == "pass"
    assert unproved(last_proof_at=NOON - week - SECOND, last_drill=drill()).because == "old"


def test_a_failed_drill_fails_at_once_although_an_older_proof_is_in_time() -> None:
    broken = drill(ok=False, mismatched=("a",), error="1 file differs")
    found = unproved(last_proof_at=NOON - timedelta(days=1), last_drill=broken)
    assert (found.verdict, found.because, found.signal_at) == ("fail", "drill-failed", NOON)


def test_a_backup_that_was_never_restored_has_its_days_from_joining() -> None:
    assert unproved().because == "nothing-to-prove"
    assert unproved(timedelta(days=7), last_success_at=NOON).because == "not-yet"
    assert unproved(timedelta(days=7) + SECOND, last_success_at=NOON).because == "never"


def repository(**status: Any) -> Finding:
    backups = Backups(repositories={"kho": RepositoryStatus("kho", **status)})
    return finding("repository-damaged", "kho", office(backups=backups))


def test_a_repository_with_a_problem_fails_and_an_unswept_one_is_unknown() -> None:
    assert repository().because == "never-swept"
    damaged = repository(last_sweep_at=NOON, problems=("data/ab: hash differs",))
    assert (damaged.verdict, damaged.values["first"]) == ("fail", "data/ab: hash differs")


def test_bytes_unread_for_longer_than_the_window_are_not_proved_whole() -> None:
    month = timedelta(days=30)
    assert repository(last_sweep_at=NOON, oldest_unread_at=NOON - month).verdict == "pass"
    late = repository(last_sweep_at=NOON, oldest_unread_at=NOON - month - SECOND)
    assert late.because == "unread"
    assert repository(last_sweep_at=NOON - month - SECOND).because == "unread"
    assert repository(last_sweep_at=NOON - month).verdict == "pass"
