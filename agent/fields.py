"""Every field that is collected, with its purpose: the closed list that the product prints."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

LANGUAGES = ("vi", "en")
COLUMNS = "| Trường / Field | Mục đích | Purpose |\n| --- | --- | --- |\n"


def purposes(language: str) -> dict[str, str]:
    """Field to purpose, in the order of the sections."""
    return dict(_texts(language)["fields"])


def never(language: str) -> str:
    """What is never collected, in one sentence."""
    return str(_texts(language)["privacy"]["never"])


def paths(kind: str, section: Any) -> Iterator[str]:
    """Every field of a section as the list names it: `hardware.disks[].serial`."""
    if isinstance(section, dict):
        for name, value in section.items():
            yield from paths(f"{kind}.{name}", value)
    elif isinstance(section, list | tuple):
        # A list of plain values is one field, a list of parts has fields of its own.
        for value in section:
            yield from paths(f"{kind}[]", value) if isinstance(value, dict) else (kind,)
    else:
        yield kind


def document() -> str:
    """`docs/privacy.md`: both languages side by side."""
    vi, en = (_texts(language) for language in LANGUAGES)
    lines = [f"# {vi['privacy']['title']} / {en['privacy']['title']}\n"]
    lines += [
        f"{vi['privacy'][name]} {en['privacy'][name]}\n" for name in ("never", "neighbours", "test")
    ]
    rows = (f"| `{name}` | {vi['fields'][name]} | {en['fields'][name]} |" for name in vi["fields"])
    return "\n".join([*lines, COLUMNS + "\n".join(rows) + "\n"])


def _texts(language: str) -> dict[str, Any]:
    source = files("agent").joinpath("messages", f"{language}.toml")
    return tomllib.loads(source.read_text("utf-8"))
