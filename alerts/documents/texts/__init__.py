"""The words of papers, which are Vietnamese only: dotted key to text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from collector.messages import flat


@cache
def _texts() -> Mapping[str, str]:
    """All files of this folder together; a key stands in one of them."""
    found: dict[str, str] = {}
    for source in sorted(files(__name__).iterdir(), key=lambda one: one.name):
        if source.name.endswith(".toml"):
            found |= flat(tomllib.loads(source.read_text("utf-8")))
    return found


def text(key: str, **values: object) -> str:
    """The text of that key, filled. An unknown key is a mistake in the program: KeyError."""
    return _texts()[key].format_map(values)


def named(prefix: str, id: str) -> str:
    """The name of `id` among `prefix.*`, or the id itself: a newer agent may know more than we."""
    return _texts().get(f"{prefix}.{id}", id)
