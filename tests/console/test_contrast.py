"""Every pair of colours that text is set in can be read: WCAG 2.2, 4.5 to 1, and 3 to 1 for marks."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

TEXT = (
    *tuple(
        (ink, ground)
        for ink in ("ink", "soft", "link", "fail")
        for ground in ("card", "page", "sunk")
        if (ink, ground) != ("fail", "sunk")
    ),
    ("pass", "card"),
    ("unknown", "card"),
    ("pass", "pass-wash"),
    ("fail", "fail-wash"),
    ("unknown", "unknown-wash"),
    ("idle", "idle-wash"),
    ("ink", "pass-wash"),
    ("ink", "fail-wash"),
    ("ink", "unknown-wash"),
    ("link", "fail-wash"),
    ("brand-ink", "brand"),
    ("brand-soft", "brand"),
)
MARKS = (("focus", "page"), ("focus", "card"), ("bar-fail", "card"), ("bar-pass", "card"))


def palettes() -> tuple[tuple[str, dict[str, str]], ...]:
    css = files("console").joinpath("static", "console.css").read_text("utf-8")
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", one)) for one in roots(css))
    return ("light", light), ("dark", {**light, **dark})


def roots(css: str) -> list[str]:
    found = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    return found[:2]  # the third is the printer's, which is black on white


def luminance(colour: str) -> float:
    """Of sRGB, as WCAG defines it."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize(("name", "palette"), palettes(), ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(name: str, palette: dict[str, str]) -> None:
    weak = {
        pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2)
        for pair in TEXT
        if contrast(palette[pair[0]], palette[pair[1]]) < 4.5
    }
    assert weak == {}
    button = "#ffffff" if name == "light" else "#0b1520"
    assert contrast(button, palette["link"]) >= 4.5


@pytest.mark.parametrize(("name", "palette"), palettes(), ids=["light", "dark"])
def test_every_mark_stands_out_from_its_ground(name: str, palette: dict[str, str]) -> None:
    assert [p for p in MARKS if contrast(palette[p[0]], palette[p[1]]) < 3] == []
