"""Canaries: a file in each pinned folder that nobody has a reason to touch, watched over by every run.

Planted by the PC itself at its first run, and told of in its receipts. Whoever encrypts a folder
encrypts it too, whatever it does to sizes, times and names.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from backup.samples import word

NOTES = "backup-canaries.json"
"""In the agent's folder: each canary's place and SHA-256."""
NAME = "!wardwatch-khong-xoa.docx"
"""First in any list, and of a kind that is always encrypted."""

State = Literal["intact", "changed", "gone", "unplanted"]


@dataclass(frozen=True)
class Canary:
    """One canary as this run found it."""

    path: str
    state: State


def watched(folder: Path, paths: Sequence[str]) -> tuple[Canary, ...]:
    """Look at the canary of each pinned folder, and plant those that never were.

    What cannot be planted or read is `unplanted`: it says nothing, and is no alarm.
    """
    known = _known(folder)
    found = tuple(_look(path, known) for path in _places(paths))
    never = [one for one in found if one.state == "unplanted" and one.path not in known]
    if planted := {one: made for one in never if (made := _plant(one))}:
        _keep(folder, known | {one.path: made for one, made in planted.items()})
    return tuple(Canary(one.path, "intact") if one in planted else one for one in found)


def renew(folder: Path, found: Sequence[Canary]) -> None:
    """After the alarm was told: plant anew what is gone, and take what changed as it is now.

    What cannot be kept is told once more by the next run: the receipt of this one stands.
    """
    lost = [one for one in found if one.state in ("gone", "changed")]
    if not lost:
        return
    known = dict(_known(folder))
    for one in lost:
        # Never written over: what lies there now is evidence.
        made = _plant(one) if one.state == "gone" else _lying(Path(one.path))
        if made is None:
            known.pop(one.path, None)
        else:
            known[one.path] = made
    with suppress(OSError):
        _keep(folder, known)


def _places(paths: Sequence[str]) -> list[str]:
    return [str(Path(path, NAME)) for path in paths if Path(path).is_dir()]


def _look(path: str, known: Mapping[str, str]) -> Canary:
    if path not in known:
        return Canary(path, "unplanted")
    try:
        return Canary(path, "intact" if _sha256(Path(path)) == known[path] else "changed")
    except FileNotFoundError:
        return Canary(path, "gone")
    except OSError:
        return Canary(path, "unplanted")


def _plant(canary: Canary) -> str | None:
    """The SHA-256 of the new file; None where none could be written. A file of that name stays."""
    content = word(
        [
            "TỆP CANH GIỮ CỦA WARDWATCH",
            "Xin đừng sửa, đổi tên hoặc xóa tệp này. Khi tệp bị mã hóa hoặc biến mất, phần mềm"
            " giám sát báo ngay cho cán bộ công nghệ thông tin.",
            "This file watches over its folder: please leave it as it is.",
            secrets.token_hex(16),
        ]
    )
    try:
        # An empty folder may be the place of a disk that is missing: it is not to look filled.
        if not any(Path(canary.path).parent.iterdir()):
            return None
        with Path(canary.path).open("xb") as file:
            file.write(content)
    except FileExistsError:
        return _lying(Path(canary.path))
    except OSError:
        return None
    return hashlib.sha256(content).hexdigest()


def _lying(path: Path) -> str | None:
    """Of what lies there already; None where it cannot be read, as a folder, or an open document."""
    try:
        return _sha256(path)
    except OSError:
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(folder: Path) -> dict[str, str]:
    try:
        told = json.loads((folder / NOTES).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {str(path): str(sha256) for path, sha256 in told.items()} if isinstance(told, dict) else {}
    )


def _keep(folder: Path, known: Mapping[str, str]) -> None:
    unfinished = folder / f"{NOTES}.new"
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(known, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / NOTES)
