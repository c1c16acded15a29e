"""Takes out of a part what its maker left as a placeholder, and says so as a gap."""

from __future__ import annotations

from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.placeholders import is_placeholder

JUDGED = frozenset({"kind", "state", "health"})
"""Our own words or the kernel's, for which `unknown` is a value."""


def clean(reader: Reader, name: str, part: dict[str, Any]) -> dict[str, Any]:
    """The part without placeholders and blanks; `name` is its place in the section."""
    kept: dict[str, Any] = {}
    for key, value in part.items():
        text = " ".join(value.split()) if isinstance(value, str) else value
        if isinstance(text, str) and key not in JUDGED and is_placeholder(text):
            reader.gap(f"{name}.{key}", f"placeholder left by the maker: {text[:60]!r}")
        else:
            kept[key] = text
    return kept
