"""Damage of every kind to a real repository, drawn from a seed; each says what it hurt."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

Fault = Callable[[Path, Path, random.Random], str]
"""(repository, the same repository a week ago, chance) -> name of what was hurt."""


def seeded(seed: object) -> random.Random:
    """Chance that repeats itself."""
    return random.Random(str(seed))  # noqa: S311 - repeatable, not secret


def _files(repository: Path, kind: str) -> list[Path]:
    return sorted(path for path in (repository / kind).rglob("*") if path.is_file())


def _packs(repository: Path) -> list[Path]:
    return sorted(_files(repository, "data"), key=lambda path: path.stat().st_size)


def _write(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


def _flip(path: Path, first: int, last: int, chance: random.Random) -> str:
    content = bytearray(path.read_bytes())
    bit = chance.randrange(first * 8, last * 8)
    content[bit // 8] ^= 1 << bit % 8
    _write(path, bytes(content))
    return path.name


def _flip_in(kind: str) -> Fault:
    def fault(repository: Path, _before: Path, chance: random.Random) -> str:
        path = repository / kind
        path = path if path.is_file() else chance.choice(_files(repository, kind))
        return _flip(path, 0, path.stat().st_size, chance)

    return fault


def _flip_in_data(repository: Path, _before: Path, chance: random.Random) -> str:
    path = _packs(repository)[-1]
    return _flip(path, 0, path.stat().st_size // 2, chance)


def _flip_in_lists(repository: Path, _before: Path, chance: random.Random) -> str:
    path = _packs(repository)[0]
    return _flip(path, 0, path.stat().st_size // 3, chance)


def _flip_in_header(repository: Path, _before: Path, chance: random.Random) -> str:
    path = chance.choice(_packs(repository))
    size = path.stat().st_size
    return _flip(path, size - 40, size, chance)


def _remove(kind: str) -> Fault:
    def fault(repository: Path, _before: Path, chance: random.Random) -> str:
        path = repository / kind
        path = path if path.is_file() else chance.choice(_files(repository, kind))
        path.unlink()
        return path.name

    return fault


def _truncate(kind: str) -> Fault:
    def fault(repository: Path, _before: Path, chance: random.Random) -> str:
        path = chance.choice(_files(repository, kind))
        content = path.read_bytes()
        _write(path, content[: chance.randrange(len(content))])
        return path.name

    return fault


def _zero(repository: Path, _before: Path, chance: random.Random) -> str:
    """A sector that the disk gives back empty."""
    path = _packs(repository)[-1]
    content = bytearray(path.read_bytes())
    start = chance.randrange(len(content))
    content[start : start + 512] = bytes(len(content[start : start + 512]))
    _write(path, bytes(content))
    return path.name


def _append(repository: Path, _before: Path, chance: random.Random) -> str:
    path = chance.choice(_packs(repository))
    _write(path, path.read_bytes() + b"\0")
    return path.name


def _swap(repository: Path, _before: Path, chance: random.Random) -> str:
    first, second = chance.sample(_packs(repository), 2)
    a, b = first.read_bytes(), second.read_bytes()
    _write(first, b)
    _write(second, a)
    return first.name


def _roll_back(repository: Path, before: Path, _chance: random.Random) -> str:
    """Last week's copy in today's place: every object of it is whole."""
    shutil.rmtree(repository)
    shutil.copytree(before, repository)
    return "vanished"


def _roll_back_quietly(repository: Path, before: Path, _chance: random.Random) -> str:
    """The packs stay; the newest snapshots are gone, and nothing of restic misses them."""
    for path in _files(repository, "snapshots"):
        if not (before / "snapshots" / path.name).exists():
            path.unlink()
    return "vanished"


def _junk(kind: str) -> Fault:
    def fault(repository: Path, _before: Path, chance: random.Random) -> str:
        content = b"junk here" if kind == "index" else chance.randbytes(chance.randrange(9, 9000))
        name = hashlib.sha256(content).hexdigest()
        folder = repository / kind / (name[:2] if kind == "data" else "")
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return name

    return fault


FAULTS: Mapping[str, Fault] = {
    "bit in data": _flip_in_data,
    "bit in lists of files": _flip_in_lists,
    "bit in a pack's header": _flip_in_header,
    "bit in an index": _flip_in("index"),
    "bit in a snapshot": _flip_in("snapshots"),
    "bit in a key": _flip_in("keys"),
    "bit in the config": _flip_in("config"),
    "pack removed": _remove("data"),
    "index removed": _remove("index"),
    "snapshot removed": _remove("snapshots"),
    "key removed": _remove("keys"),
    "config removed": _remove("config"),
    "pack cut short": _truncate("data"),
    "index cut short": _truncate("index"),
    "snapshot cut short": _truncate("snapshots"),
    "sector of zeros": _zero,
    "byte appended": _append,
    "two packs swapped": _swap,
    "rolled back to last week": _roll_back,
    "newest snapshots rolled back": _roll_back_quietly,
    "junk in index/": _junk("index"),
    "junk in snapshots/": _junk("snapshots"),
    "junk in data/": _junk("data"),
    "junk in keys/": _junk("keys"),
}
