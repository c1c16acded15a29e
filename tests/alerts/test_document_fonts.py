from __future__ import annotations

from pathlib import Path

import pytest

from alerts.documents import fonts
from alerts.documents.fonts import TINOS, FontError, Typeface


def test_a_missing_font_is_one_clear_sentence(tmp_path: Path) -> None:
    absent = Typeface("Tinos", tmp_path, ("Tinos-Regular.ttf",))
    with pytest.raises(FontError, match=r"neither Times New Roman nor Tinos .* fonts-croscore"):
        fonts.find((absent,))


def test_a_font_in_less_than_four_styles_does_not_count(tmp_path: Path) -> None:
    (tmp_path / TINOS.files[0]).write_bytes((TINOS.folder / TINOS.files[0]).read_bytes())
    partial = Typeface("Tinos", tmp_path, TINOS.files)
    assert fonts.find((partial, TINOS)) is TINOS


def test_a_broken_font_is_told_and_not_drawn_with(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"not a font")
    with pytest.raises(FontError, match="cannot be read"):
        fonts.letters(Typeface("Tinos", tmp_path, ("a.ttf",)))


def test_the_font_draws_every_letter_of_vietnamese() -> None:
    letters = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
    drawn = fonts.letters(TINOS)
    assert [c for c in letters + letters.upper() + "–—“”…₫" if ord(c) not in drawn] == []
    assert ord("😀") not in drawn
