"""One change made to every string of a nested plain value, however deep it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """The value with `change` applied to its strings; keys and all other leaves stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: changed(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [changed(item, change) for item in value]
    return value
