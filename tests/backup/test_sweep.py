from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from backup import ledger
from backup.ledger import Entry, share
from tests.backup.place import NOON, Place

GIB = 1024**3


def flip(path: Path, offset: int) -> None:
    """Change one bit, as a tired disk does: nobody is told, the time stays."""
    content = bytearray(path.read_bytes())
    content[offset % len(content)] ^= 0x10
    path.chmod(0o600)
    path.write_bytes(content)


def test_a_sound_repository_is_read_whole(place: Place) -> None:
    proof = place.prove("sweep")
    assert proof.ok, proof.error
    stored = sum(len(place.files(kind)) for kind in ("keys", "snapshots", "index", "data"))
    assert proof.files == stored + 1
    assert place.prove("check").ok


@pytest.mark.parametrize("kind", ["data", "index", "snapshots", "keys"])
def test_a_flipped_bit_is_found_in_every_kind_of_object(place: Place, kind: str) -> None:
    assert place.prove("sweep").ok
    chance = random.Random(kind)
    for path in place.files(kind):
        before = path.read_bytes()
        flip(path, chance.randrange(len(before)))
        place.later(days=1)
        proof = place.prove("sweep")
        assert not proof.ok
        assert proof.detail.problems == (f"{kind}/{path.name}: damaged",)
        path.write_bytes(before)
    place.later(days=1)
    assert place.prove("sweep").ok


@pytest.mark.parametrize("part", ["tree", "header"])
def test_a_flipped_bit_in_lists_of_files_and_in_a_packs_header_is_found(
    place: Place, part: str
) -> None:
    assert place.prove("sweep").ok
    pack = min(place.files("data"), key=lambda path: path.stat().st_size)  # that of the lists
    content = pack.read_bytes()
    header = int.from_bytes(content[-4:], "little")  # a pack ends with the length of its header
    flip(pack, 40 if part == "tree" else len(content) - 4 - header // 2)
    place.later(days=1)
    proof = place.prove("sweep")
    assert proof.detail.problems == (f"data/{pack.name}: damaged",)
    assert pack.name in (proof.error or "")
    assert place.prove("check").ok == (part == "header")  # no check of restic's looks there


def test_an_object_of_another_size_is_told_by_the_next_watch(place: Place) -> None:
    assert place.prove("sweep").ok
    pack = place.files("data")[0]
    content = pack.read_bytes()
    pack.chmod(0o600)
    pack.write_bytes(content[:-1])
    place.later(minutes=10)
    assert place.prove("watch").detail.problems == (f"data/{pack.name}: damaged",)
    pack.write_bytes(content)
    assert place.prove("sweep").ok
    assert place.prove("watch").ok


def test_a_bit_that_was_flipped_before_the_first_sweep_is_found(place: Place) -> None:
    damaged = place.files("data")[0]
    flip(damaged, 40)
    assert place.prove("sweep").detail.problems == (f"data/{damaged.name}: damaged",)


def test_a_changed_config_is_found_although_its_name_says_nothing(place: Place) -> None:
    assert place.prove("sweep").ok
    flip(place.repository / "config", 30)
    assert place.prove("sweep").detail.problems == ("config/config: damaged",)


@pytest.mark.parametrize("kind", ["data", "snapshots"])
def test_a_removed_object_is_found_and_stays_found(place: Place, kind: str) -> None:
    assert place.prove("sweep").ok
    place.files(kind)[0].unlink()
    for _day in range(2):
        place.later(days=1)
        proof = place.prove("sweep")
        assert not proof.ok
        assert proof.detail.problems[0].endswith(": vanished")


def test_what_an_upload_left_behind_is_no_problem(place: Place) -> None:
    assert place.prove("sweep").ok
    pack = place.files("data")[0]
    shutil.copy(pack, pack.with_name(f"{pack.name}-tmp-1234567"))
    assert place.prove("sweep").ok


def test_a_repository_that_is_gone_is_told_and_never_made_anew(place: Place) -> None:
    assert place.prove("sweep").ok
    shutil.rmtree(place.repository)
    assert "cannot be listed" in (place.prove("sweep").error or "")
    assert "existed and is gone" in (place.prove("prepare").error or "")


def test_days_are_chained_and_a_day_that_was_rewritten_breaks_the_chain(place: Place) -> None:
    place.prove("sweep")
    with place.store.read() as connection:
        entries = tuple(ledger.load(connection, "kho").values())
    with place.store.write() as connection:
        second = ledger.close_day(connection, "kho", "2026-11-24", entries)
        assert second == ledger.close_day(connection, "kho", "2026-11-24", entries)
        ledger.close_day(connection, "kho", "2026-11-23", entries[1:])
        assert second != ledger.close_day(connection, "kho", "2026-11-24", entries)


def packs(count: int, verified_days_ago: int | None = None) -> list[Entry]:
    at = None if verified_days_ago is None else NOON - timedelta(days=verified_days_ago)
    return [
        Entry("data", f"{number:064x}", GIB, NOON - timedelta(days=40), at)
        for number in range(count)
    ]


def test_a_share_is_a_little_more_than_even_and_the_oldest_comes_first() -> None:
    fresh, old = packs(50, verified_days_ago=2), packs(60, verified_days_ago=20)[50:]
    chosen = share([*fresh, *old], NOON, window_days=30, least_bytes=0)
    assert len(chosen) == 3
    assert set(chosen) <= set(old)


def test_all_that_falls_due_is_read_whatever_the_share() -> None:
    chosen = share(packs(30, verified_days_ago=28), NOON, window_days=30, least_bytes=0)
    assert len(chosen) == 30


def test_what_a_clock_ahead_had_noted_is_read_before_all_else() -> None:
    ahead = packs(2, verified_days_ago=-365)
    chosen = share([*packs(60, verified_days_ago=20)[2:], *ahead], NOON, 30, least_bytes=0)
    assert set(ahead) <= set(chosen)


def test_everything_is_read_within_the_window_at_one_share_a_day() -> None:
    entries = {entry.key: entry for entry in packs(100, verified_days_ago=0)}
    for day in range(1, 31):
        now = NOON + timedelta(days=day)
        for entry in share(entries.values(), now, window_days=30, least_bytes=0):
            entries[entry.key] = Entry("data", entry.name, GIB, entry.first_seen_at, now)
        assert min(entry.unread_since for entry in entries.values()) >= now - timedelta(days=30)
