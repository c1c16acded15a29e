"""What runs now, as people read it: on the page of backups and in the terminal, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from backup.plan import Kind
from backup.underway import Proving, Running, Stage
from collector.messages import LANGUAGES, Language
from console import at_work
from console.pages.backups import SENTENCES_MOST, in_short
from console.words import Words
from tests.alerts.builders import NOON

AGO = NOON - timedelta(minutes=5)


def words(language: Language = "vi") -> Words:
    return Words(language, "Asia/Ho_Chi_Minh", NOON)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_work_and_every_stage_has_its_words(language: Language) -> None:
    stages = [Running("ke-toan", "may-01", AGO, one, AGO) for one in get_args(Stage)]
    kinds = [Proving(one, "kho", None, AGO, AGO, quiet=False) for one in get_args(Kind)]
    rows = at_work.rows(words(language), stages, kinds)
    assert len({row.what for row in rows}) == 1 + len(kinds)
    assert not any(row.what in get_args(Kind) for row in rows)
    assert len({row.said for row in rows}) == len(stages) + 1
    assert all(row.ratio is None for row in rows)


def test_a_bar_has_its_figures_beside_it() -> None:
    moving = Running("ke-toan", "may-01", AGO, "moving", NOON, 0.42, 3 * 1024**3)
    sweep = Proving(
        "sweep", "kho", None, AGO, NOON, quiet=False, bytes=1024**3, of_bytes=4 * 1024**3
    )
    first, second = at_work.rows(words(), [moving], [sweep])
    assert (first.ratio, first.said, first.amiss) == (0.42, "42 %, đã đọc 3,0 GiB", False)
    assert (second.ratio, second.said) == (0.25, "25 %, đã xong 1,0 GiB trên 4,0 GiB")
    assert (second.what, second.subject, second.machine) == ("Đọc lại từng byte", "kho", None)


def test_what_tells_nothing_or_does_not_move_is_said_so_beside_its_last_figure() -> None:
    quiet = Running("ke-toan", "may-01", AGO, "quiet", AGO, 0.42, 1024)
    still = Running("ke-toan", "may-01", AGO, "still", NOON, 0.42, 1024, 600.0)
    killed = Proving("sweep", "kho", None, AGO, AGO, quiet=True, bytes=1, of_bytes=2)
    first, second, third = at_work.rows(words("en"), [quiet, still], [killed])
    assert first.said == "42%, 1.0 KiB read; the PC has told nothing since 23/11/2026 11:55"
    assert second.said == "42%, 1.0 KiB read; has not moved for 10 min"
    assert third.said == "has told nothing since 23/11/2026 11:55; it may have been cut short"
    assert first.amiss
    assert second.amiss
    assert third.amiss


def test_the_sentences_of_many_sets_are_told_in_short_and_those_of_a_few_as_they_are() -> None:
    few = ["câu"] * SENTENCES_MOST
    assert in_short(few, ["pass", "fail"]) is None
    counted = in_short([*few, "câu"], ["pass", "fail", "unknown", "pass"])
    assert counted == {"total": 4, "fail": 1, "unknown": 1, "pass": 2}
    for language in LANGUAGES:
        assert "{" not in words(language).text("backups.in-short", **counted)
