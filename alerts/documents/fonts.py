"""The font of papers: Times New Roman, or Tinos, which has the same widths and is free."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path


class FontError(Exception):
    """No font that papers may be set in is installed, or its file cannot be read."""


@dataclass(frozen=True)
class Typeface:
    """One family in four styles: a paper uses each, and none may be slanted by a machine."""

    family: str
    folder: Path
    files: tuple[str, ...]

    @property
    def installed(self) -> bool:
        return all((self.folder / file).is_file() for file in self.files)


_TINOS_FILES = tuple(f"Tinos-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic"))

TINOS = Typeface("Tinos", Path("/usr/share/fonts/truetype/croscore"), _TINOS_FILES)
"""Debian's and Ubuntu's fonts-croscore."""

# Liberation Serif has the same widths too, but Debian 12's lacks most Vietnamese letters.
TYPEFACES = (
    Typeface(
        "Times New Roman",
        Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
        ("times.ttf", "timesbd.ttf", "timesi.ttf", "timesbi.ttf"),
    ),
    TINOS,
    Typeface("Tinos", Path("/usr/share/fonts/google-tinos"), _TINOS_FILES),
    Typeface("Tinos", Path("/usr/share/fonts/croscore"), _TINOS_FILES),
    Typeface("Tinos", Path("/usr/share/fonts/noto"), _TINOS_FILES),
)
"""In the order of preference."""


def find(typefaces: Iterable[Typeface] = TYPEFACES) -> Typeface:
    """The first that is installed in all its styles."""
    found = next((face for face in typefaces if face.installed), None)
    if found is None:
        raise FontError(
            "no font for documents: neither Times New Roman nor Tinos is installed "
            "(on Debian and Ubuntu: apt install fonts-croscore)"
        )
    return found


@cache
def letters(face: Typeface) -> frozenset[int]:
    """Code points that every style of the family draws."""
    try:
        drawn = [_letters((face.folder / file).read_bytes()) for file in face.files]
    except (OSError, struct.error, KeyError) as error:
        raise FontError(f"font {face.family} in {face.folder} cannot be read: {error}") from error
    return frozenset.intersection(*drawn)


def _letters(font: bytes) -> frozenset[int]:
    """Of the `cmap` table in its format 4, which every TrueType font of this kind has."""
    cmap = _tables(font)[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    starts = (struct.unpack_from(">HHI", font, cmap + 4 + 8 * i) for i in range(count))
    drawn: set[int] = set()
    for _, _, offset in starts:
        if struct.unpack_from(">H", font, cmap + offset) == (4,):
            drawn.update(_format_4(font, cmap + offset))
    return frozenset(drawn)


def _tables(font: bytes) -> dict[bytes, int]:
    (count,) = struct.unpack_from(">H", font, 4)
    rows = (struct.unpack_from(">4sIII", font, 12 + 16 * i) for i in range(count))
    return {tag: offset for tag, _, offset, _ in rows}


def _format_4(font: bytes, at: int) -> Iterator[int]:
    """Segments of code points; a glyph 0 is the empty box, which counts as not drawn."""
    (twice,) = struct.unpack_from(">H", font, at + 6)
    count = twice // 2
    form = f">{count}H"
    ends = struct.unpack_from(form, font, at + 14)
    begins = struct.unpack_from(form, font, at + 16 + twice)
    deltas = struct.unpack_from(form, font, at + 16 + 2 * twice)
    offsets_at = at + 16 + 3 * twice
    offsets = struct.unpack_from(form, font, offsets_at)
    for i in range(count):
        for letter in range(begins[i], min(ends[i], 0xFFFE) + 1):
            glyph = letter
            if offsets[i]:
                place = offsets_at + 2 * i + offsets[i] + 2 * (letter - begins[i])
                (glyph,) = struct.unpack_from(">H", font, place)
            if glyph and (glyph + deltas[i]) & 0xFFFF:
                yield letter
