"""The registry of a recorded machine: all the exports of a folder as one tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from agent.host import Key, UnreadableError, Value
from agent.parse import reg

Stamp = tuple[Path, int, int]
"""A file with its time and size: read again when it was changed."""


@dataclass
class _Node:
    values: dict[str, Value] = field(default_factory=dict)
    children: dict[str, str] = field(default_factory=dict)
    """Name in lower case to the name as written."""


Tree = dict[str, _Node]


def key(folder: Path, path: str) -> Key:
    """A key that was recorded; letters count alike, as Windows has it. Raises `UnreadableError`."""
    try:
        found = _tree(tuple(_stamps(folder))).get(reg.path(path).lower())
    except OSError as problem:
        raise UnreadableError(f"badly recorded: {path}") from problem
    if found is None:
        raise UnreadableError(f"not recorded: {path}", absent=True)
    return Key(dict(found.values), tuple(found.children.values()))


def _stamps(folder: Path) -> Iterable[Stamp]:
    for path in sorted(folder.glob("*.reg")):
        told = path.stat()
        yield path, told.st_mtime_ns, told.st_size


@lru_cache(4)
def _tree(stamps: tuple[Stamp, ...]) -> Tree:
    tree: Tree = {}
    for path, _, _ in stamps:
        for name, values in reg.keys(path.read_bytes()):
            _place(tree, name).values.update(values)
    return tree


def _place(tree: Tree, path: str) -> _Node:
    """The node of that path; the keys above it are there too, whether or not they were exported."""
    known = tree.get(path.lower())
    if known is None:
        known = tree[path.lower()] = _Node()
        parts = path.split("\\")
        for depth in range(len(parts) - 1, 0, -1):
            above = "\\".join(parts[:depth]).lower()
            there = above in tree
            node = tree.setdefault(above, _Node())
            node.children.setdefault(parts[depth].lower(), parts[depth])
            if there:
                break
    return known
