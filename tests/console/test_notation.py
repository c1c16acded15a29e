"""Figures, sizes, spans and instants as people write them here."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest

from collector.messages import catalogue
from console import notation

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def test_vietnamese_groups_by_dots_and_parts_decimals_by_a_comma() -> None:
    assert notation.number(1234567.5, "vi", 1) == "1.234.567,5"
    assert notation.number(1234567.5, "en", 1) == "1,234,567.5"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0, "0 %"), (0.0001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %"), (None, "–")],
)
def test_almost_all_never_reads_all(ratio: float | None, text: str) -> None:
    assert notation.percent(ratio, "vi") == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1.023 B"), (1024, "1,0 KiB"), (25276502016, "23,5 GiB"), (None, "–")],
)
def test_sizes_are_binary(count: int | None, text: str) -> None:
    assert notation.size(count, "vi") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 giây"),
        (59, "59 giây"),
        (60, "1 phút"),
        (3661, "1 giờ 1 phút"),
        (3601, "1 giờ"),
        (90000, "1 ngày 1 giờ"),
    ],
)
def test_a_span_tells_its_two_largest_units(seconds: float, text: str) -> None:
    assert notation.span(seconds, "vi") == text


def test_an_instant_is_told_on_the_offices_own_clock() -> None:
    assert notation.instant(NOON, "Asia/Ho_Chi_Minh") == "23/11/2026 12:00"
    assert notation.ago(NOON - timedelta(minutes=2), NOON, "vi") == "2 phút trước"
    assert notation.ago(None, NOON, "en") == "never"
    assert notation.day("2028-06-30") == "30/06/2028"


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    texts = catalogue("console").texts
    assert texts["vi"].keys() == texts["en"].keys()
    for key, text in texts["vi"].items():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(one) if name}
            for one in (text, texts["en"][key])
        ]
        assert places[0] == places[1], key
