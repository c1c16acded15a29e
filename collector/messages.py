"""Message catalogues: every text that people read, in Vietnamese and English, by its key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@dataclass(frozen=True)
class Catalogue:
    """The texts of one package: dotted key to text, with `{name}` placeholders."""

    texts: Mapping[Language, Mapping[str, str]]

    def text(self, language: Language, key: str, **values: object) -> str:
        """The text of that key, filled. An unknown key is a mistake in the program: KeyError."""
        return self.texts[language][key].format_map(values)


@cache
def catalogue(package: str) -> Catalogue:
    """Read `<package>/messages/vi.toml` and `en.toml`."""
    return Catalogue({language: _texts(package, language) for language in LANGUAGES})


def _texts(package: str, language: Language) -> dict[str, str]:
    source = files(package).joinpath("messages", f"{language}.toml").read_text("utf-8")
    return dict(flat(tomllib.loads(source)))


def flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Every text of a nested table with its dotted key."""
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        rows += flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return rows
