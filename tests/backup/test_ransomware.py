"""An encrypting run on a real repository: seen by three signs, retention held, and undone."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.rules.ransomware_signs import judge
from backup import canary, commands, holds
from backup.holds import Hold
from backup.plan import Job
from backup.restoring import Wish, restore
from backup.statement import backups
from collector.inventory.model import Keep
from tests.alerts.builders import office
from tests.backup.place import Place


def open_holds(place: Place) -> list[Hold]:
    with place.store.read() as connection:
        return list(holds.unexplained(connection))


def files(place: Place) -> list[Path]:
    return sorted(path for path in place.source.rglob("*") if path.is_file())


def encrypted(path: Path, chance: random.Random) -> None:
    """In place, as fast ransomware does: every byte of a small file, the size stays."""
    path.write_bytes(chance.randbytes(max(512, path.stat().st_size)))


def renamed(path: Path, chance: random.Random) -> None:
    """Under another name, the old file is gone."""
    encrypted(path, chance)
    path.rename(path.with_name(f"{path.name}.locked"))


@pytest.fixture
def place(place: Place) -> Place:
    """The same office, with a canary wanted."""
    return wanting(place, canary=True)


def wanting(place: Place, **changes: object) -> Place:
    (declared,) = place.inventory.backups
    changed = declared.model_copy(update=changes)
    place.inventory = place.inventory.model_copy(update={"backups": (changed,)})
    place.pin()
    return place


def settled(place: Place) -> None:
    """Two quiet days: the folder is a copy, and what was backed up elsewhere is no history of it."""
    for _day in range(2):
        place.later(days=1)
        assert place.back_up().ok


def verdict(place: Place) -> tuple[str, str]:
    with place.store.read() as connection:
        kept = backups(connection, place.inventory, place.state, place.now)
    found = judge(office(backups=kept), place.inventory.backups[0])
    return found.verdict, found.because


@pytest.mark.parametrize("act", [encrypted, renamed])
def test_an_encrypting_run_is_seen_held_and_undone(
    place: Place, tmp_path: Path, act: Callable[[Path, random.Random], None]
) -> None:
    settled(place)
    assert verdict(place) == ("pass", "quiet")
    before = {path.relative_to(place.source): path.read_bytes() for path in files(place)}
    place.later(days=1)
    chance = random.Random(7)
    for path in files(place):
        act(path, chance)
    assert place.back_up().ok  # restic stores what it finds
    found = open_holds(place)
    assert {one.cause for one in found} == {"mass-change", "entropy", "canary"}
    assert verdict(place) == ("fail", "signs")

    # Old snapshots stay, however long nobody looks.
    wanting(place, keep=Keep(daily=1, weekly=0, monthly=0))
    place.later(days=60)
    kept = len(place.files("snapshots"))
    assert "held:" in (place.prove("retain").error or "")
    assert len(place.files("snapshots")) == kept

    # The hold names the snapshot before it, and that brings everything back.
    good = found[0].detail.rpartition(" ")[2]
    wish = Wish("van-ban", tmp_path / "back", snapshot=good)
    done = restore(place.verifier, place.inventory, wish, "x")
    assert done.missing == ()
    top = next(Path(done.folder).rglob("DOC-TRUOC.txt")).parent
    assert {p.relative_to(top): p.read_bytes() for p in top.rglob("*") if p.is_file()} == before

    for one in found:
        commands.explain(place.verifier, one.id, "diễn tập", "cntt")
    place.later(days=1)
    assert place.back_up().ok
    assert open_holds(place) == []
    assert verdict(place) == ("pass", "quiet")


def test_a_new_folder_of_photos_is_no_sign(place: Place) -> None:
    settled(place)
    chance = random.Random(3)
    album = place.source / "ảnh hội nghị"
    album.mkdir()
    for number in range(200):
        (album / f"IMG_{number}.JPG").write_bytes(b"\xff\xd8\xff\xe0" + chance.randbytes(9000))
        (album / f"{number}.raw").write_bytes(chance.randbytes(5000))
    (place.source / "DOC-TRUOC.txt").write_text("đã sửa")
    place.later(days=1)
    assert place.back_up().ok
    assert open_holds(place) == []
    assert verdict(place) == ("pass", "quiet")


def test_the_first_backup_is_unknown_and_other_folders_are_not_held_against_it(
    place: Place,
) -> None:
    assert verdict(place) == ("unknown", "nothing-before")
    other = place.state_folder / "khac"
    other.mkdir()
    for number in range(30):
        (other / f"{number}.txt").write_text(str(number))
    wanting(place, paths=("khac",))
    place.later(days=1)
    assert place.back_up().ok
    assert open_holds(place) == []
    assert verdict(place) == ("unknown", "nothing-before")


def test_a_lost_canary_is_told_once_by_the_child_and_planted_anew(place: Place) -> None:
    settled(place)
    planted = place.source / canary.NAME
    planted.unlink()
    # A run that is killed before its receipt is kept leaves the alarm to the next one.
    assert [one.state for one in place.attempt().canaries] == ["gone"]
    assert [one.state for one in place.back_up().canaries] == ["gone"]
    assert [one.cause for one in open_holds(place)] == ["canary"]
    assert planted.is_file()
    assert place.back_up().canaries[0].state == "intact"


def test_a_changed_canary_is_never_written_over(place: Place) -> None:
    settled(place)
    planted = place.source / canary.NAME
    planted.write_bytes(b"encrypted")
    assert place.back_up().canaries[0].state == "changed"
    assert planted.read_bytes() == b"encrypted"
    assert place.back_up().canaries[0].state == "intact"


def test_a_set_that_wants_no_canary_gets_none_and_is_not_unknown_for_it(place: Place) -> None:
    wanting(place, canary=False)
    settled(place)
    assert place.back_up().canaries == ()
    assert not (place.source / canary.NAME).exists()
    assert verdict(place) == ("pass", "quiet")


def test_an_emptied_source_is_no_success_for_the_canary_in_it(place: Place) -> None:
    settled(place)
    for path in files(place):
        if path.name != canary.NAME:
            path.unlink()
    assert "hold no files" in (place.back_up().error or "")


def test_nothing_is_planted_in_an_empty_folder_which_may_be_a_missing_disk(
    place: Place, tmp_path: Path
) -> None:
    empty = tmp_path / "disk"
    empty.mkdir()
    assert canary.watched(place.agent_folder, [str(empty)])[0].state == "unplanted"
    assert list(empty.iterdir()) == []


def test_a_canary_that_cannot_be_planted_says_nothing(place: Place) -> None:
    assert canary.watched(place.agent_folder, ["/proc/self"]) == (
        canary.Canary(f"/proc/self/{canary.NAME}", "unplanted"),
    )


def test_a_canary_that_cannot_be_read_stops_no_backup(place: Place) -> None:
    settled(place)
    planted = place.source / canary.NAME
    planted.unlink()
    planted.mkdir()
    receipt = place.back_up()
    assert (receipt.ok, receipt.canaries[0].state) == (True, "unplanted")
    # Nor where nothing is known of it, as after the agent was installed anew.
    (place.agent_folder / canary.NOTES).unlink()
    receipt = place.back_up()
    assert (receipt.ok, receipt.canaries[0].state) == (True, "unplanted")


def test_a_set_that_moves_to_another_repository_raises_no_alarm(place: Place) -> None:
    settled(place)
    (first,) = place.inventory.repositories
    second = first.model_copy(update={"id": "kho-2", "path": "kho-2"})
    place.inventory = place.inventory.model_copy(update={"repositories": (first, second)})
    wanting(place, repository=second.id)
    made = place.verifier.prove(place.inventory, Job("prepare", second.id))
    assert made.ok, made.error
    place.later(days=1)
    assert place.back_up().ok
    assert open_holds(place) == []
    assert verdict(place)[0] == "unknown"
