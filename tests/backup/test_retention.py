from __future__ import annotations

import subprocess  # noqa: TID251 - a stolen PC speaks restic itself
from datetime import timedelta

import pytest

from backup import commands, holds, retention
from backup.retention import Candidate
from collector.inventory.model import Keep
from tests.backup.place import NOON, Place
from tests.backup.test_sweep import flip

DAY = timedelta(days=1)
WEEK = Keep(daily=7, weekly=4, monthly=0)


def named(count: int) -> list[Candidate]:
    """One good snapshot a day, the newest today."""
    return [Candidate(f"good-{back:02}", NOON - back * DAY, named=True) for back in range(count)]


def test_good_snapshots_are_kept_by_day_and_week_and_the_others_go() -> None:
    gone = retention.forgotten(named(40), WEEK, "Asia/Ho_Chi_Minh", NOON)
    kept = sorted({each.id for each in named(40)} - set(gone))
    # Seven days and today a week ago; then the Sundays of the weeks before.
    assert kept == [f"good-{back:02}" for back in (0, 1, 2, 3, 4, 5, 6, 8, 15)]
    assert gone[0] == "good-39"


def test_forged_snapshots_cost_no_good_one() -> None:
    """Two hundred of them, sent on one day, whatever times they claim: ours is the day they came."""
    keep = Keep(daily=14, weekly=0, monthly=0)
    forged = [Candidate(f"forged-{number}", NOON, named=False) for number in range(200)]
    gone = retention.forgotten([*named(14), *forged], keep, "UTC", NOON)
    assert [each for each in gone if each.startswith("good")] == []


def test_forged_snapshots_with_receipts_push_nothing_out_either() -> None:
    keep = Keep(daily=14, weekly=0, monthly=0)
    forged = [
        Candidate(f"forged-{number}", NOON + timedelta(seconds=number + 1), named=True)
        for number in range(200)
    ]
    gone = retention.forgotten([*named(14), *forged], keep, "UTC", NOON + timedelta(hours=1))
    assert gone == ()


def test_nothing_young_ever_goes() -> None:
    keep = Keep(daily=1, weekly=0, monthly=0)
    gone = retention.forgotten(named(10), keep, "UTC", NOON)
    assert gone == ("good-09", "good-08", "good-07")


def daily(place: Place, days: int) -> None:
    for _day in range(days):
        place.later(days=1)
        (place.source / "lich-cong-tac-tuan.txt").write_text(f"{place.now}")
        assert place.back_up().ok


def keeping(place: Place, keep: Keep) -> None:
    (declared,) = place.inventory.backups
    changed = declared.model_copy(update={"keep": keep})
    place.inventory = place.inventory.model_copy(update={"backups": (changed,)})


def test_snapshots_are_forgotten_pruned_and_looked_at_again(place: Place) -> None:
    keeping(place, Keep(daily=2, weekly=0, monthly=0))
    daily(place, 3)
    assert place.prove("sweep").ok
    place.later(days=8)
    before = {path.name for path in place.files("snapshots")}
    proof = place.prove("retain")
    assert proof.ok, proof.error
    assert proof.files == len(proof.detail.forgotten) == 2
    assert {path.name for path in place.files("snapshots")} == before - set(proof.detail.forgotten)
    place.later(days=1)
    assert place.prove("sweep").ok  # what our own pruning removed has not vanished
    assert place.prove("check").ok
    assert place.prove("drill").ok
    assert place.prove("retain").files == 0


def test_a_stolen_pc_that_forges_times_costs_no_good_snapshot(place: Place) -> None:
    keeping(place, Keep(daily=14, weekly=0, monthly=0))
    daily(place, 13)
    place.prove("watch")
    good = {path.name for path in place.files("snapshots")}
    assert len(good) == 14
    for year in range(2027, 2033):
        subprocess.run(
            [
                *("restic", "backup", "-q", "--no-cache", "--host=van-ban", "--tag=van-ban"),
                *(f"--time={year}-01-01 00:00:00", f"--repo={place.repository}"),
                *(f"--password-file={place.state_folder / 'passwords' / 'kho'}", "/dev/null"),
            ],
            check=True,
        )
    place.later(minutes=10)
    place.prove("watch")
    assert len(place.files("snapshots")) == 20
    place.later(hours=1)
    assert place.prove("retain").ok
    assert good <= {path.name for path in place.files("snapshots")}
    place.later(days=30)  # no longer young: of the forged ones the last of their day is left
    assert place.prove("retain").ok
    left = {path.name for path in place.files("snapshots")}
    assert good <= left
    assert len(left - good) == 1


@pytest.mark.parametrize("cause", ["mass-change", "entropy", "canary"])
def test_nothing_is_forgotten_until_it_is_explained(place: Place, cause: holds.Cause) -> None:
    keeping(place, Keep(daily=1, weekly=0, monthly=0))
    daily(place, 2)
    place.later(days=30)
    with place.store.write() as connection:
        hold = holds.raise_(connection, "kho", cause, "4.031 tệp", place.now, "van-ban")
        assert holds.raise_(connection, "kho", cause, "again", place.now, "van-ban") is None
    assert hold is not None
    proof = place.prove("retain")
    assert (proof.ok, proof.detail.obstacle) == (False, True)
    assert f"held: {cause}" in (proof.error or "")
    assert len(place.files("snapshots")) == 3
    commands.explain(place.verifier, hold, "chuyển thư mục", "cntt")
    with pytest.raises(commands.CommandError, match="no hold"):
        commands.explain(place.verifier, hold, "again", "cntt")
    assert place.prove("retain").ok
    assert len(place.files("snapshots")) == 1


def test_nothing_is_forgotten_while_anything_is_damaged(place: Place) -> None:
    keeping(place, Keep(daily=1, weekly=0, monthly=0))
    daily(place, 1)
    place.later(days=30)
    flip(place.files("data")[0], 50)
    place.prove("sweep")
    assert "damaged" in (place.prove("retain").error or "")
    assert len(place.files("snapshots")) == 2


def test_a_forget_that_was_refused_is_no_success_although_restic_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping(place, Keep(daily=1, weekly=0, monthly=0))
    daily(place, 1)
    place.later(days=30)
    deaf = place.script("restic-deaf", '[ "$1" = forget ] && exit 0', 'exec restic "$@"')
    monkeypatch.setenv("RESTIC", str(deaf))
    proof = place.prove("retain")
    assert proof.error == "forget was refused: 1 of 1 snapshots are still there"
    assert place.prove("check").ok
