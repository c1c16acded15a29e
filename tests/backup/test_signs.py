"""Signs of ransomware on both sides of each edge, and what is no sign."""

from __future__ import annotations

import random

import pytest

from backup.entropy import HEAD_BYTES, PACKED, looks_encrypted
from backup.signs import Change, Kind, judged

QUIET = Change(before=1000, changed=20, unmodified=975, sampled=64, encrypted=1, watched=2)


def found(now: Change, history: list[Change] | None = None) -> list[Kind]:
    past = [QUIET] * 10 if history is None else history
    return [one.kind for one in judged(now, past).signs]


def test_a_quiet_day_shows_nothing_and_leaves_nothing_unknown() -> None:
    assert judged(QUIET, [QUIET] * 10) == judged(QUIET, [])
    assert (judged(QUIET, []).signs, judged(QUIET, []).unknown) == ((), ())


def test_many_files_changed_or_gone_are_a_sign_from_the_edge_on() -> None:
    assert found(Change(1000, 299, 701)) == []
    assert found(Change(1000, 300, 700)) == ["mass-change"]
    assert found(Change(1000, 0, 700)) == ["mass-change"]  # renamed: gone under the old name
    assert found(Change(9, 9, 0)) == []
    assert found(Change(10, 10, 0)) == ["mass-change"]


def test_a_set_that_is_rewritten_each_day_is_held_against_its_own_days() -> None:
    logs = [Change(40, 36, 4, 40, 0, (), 1)] * 10
    assert found(logs[0], logs) == []
    half = [Change(1000, 150, 850, 64, 0)] * 10
    assert found(Change(1000, 440, 560, 64, 0), half) == []
    assert found(Change(1000, 450, 550, 64, 0), half) == ["mass-change"]


def test_new_photos_are_no_sign_however_even_their_bytes() -> None:
    assert found(Change(1000, 0, 1000, 64, 60, (), 2)) == []
    assert found(Change(1000, 19, 981, 64, 60, (), 2)) == []
    assert found(Change(1000, 20, 980, 64, 60, (), 2)) == ["entropy"]


def test_who_encrypts_a_little_each_day_is_held_against_the_middle_of_the_past() -> None:
    slow = [Change(1000, 25, 975, 64, min(64, day), (), 2) for day in range(30)]
    days = [day for day in range(1, 30) if "entropy" in found(slow[day], slow[:day])]
    assert days
    assert min(days) <= 26


def test_a_canary_is_a_sign_by_itself() -> None:
    (sign,) = judged(Change(None, None, None, canaries=("/a/b",), watched=1), []).signs
    assert (sign.kind, sign.detail) == ("canary", "/a/b")


def test_what_could_not_be_looked_for_is_unknown() -> None:
    first = Change(None, 0, 0, 64, 0, (), 1)
    assert judged(first, []).unknown == ("mass-change", "entropy")
    assert judged(Change(100, None, None), []).unknown == ("mass-change", "entropy", "canary")
    assert judged(Change(100, 1, 99, 7, 0), []).unknown == ("entropy", "canary")


@pytest.mark.parametrize("size", [512, 1024, HEAD_BYTES])
def test_random_bytes_look_encrypted_and_nothing_of_an_office_does(size: int) -> None:
    chance = random.Random(size)
    assert all(looks_encrypted(chance.randbytes(size)) for _ in range(200))
    text = ("Số: 12/BC-UBND, ngày 20 tháng 11 năm 2026. Kính gửi: Ủy ban nhân dân. " * 99).encode()
    assert looks_encrypted(text[:size]) is False
    assert looks_encrypted(bytes(size)) is False
    for offset, head in PACKED:
        assert looks_encrypted((bytes(offset) + head + chance.randbytes(size))[:size]) is False
    assert looks_encrypted(chance.randbytes(511)) is None
