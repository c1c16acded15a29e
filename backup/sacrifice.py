"""A small real repository that is made to be damaged, with a key that takes no time to derive."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

from backup import sealed
from backup.restic import Restic

TEXT = "Tệp mẫu để tự kiểm tra: mọi bit của kho này được phép hỏng.\n"


def make(folder: Path) -> Path:
    """Make a repository with one snapshot below an empty folder; where it lies. Raises ResticError."""
    source, repository = folder / "source", folder / "repository"
    source.mkdir(parents=True)
    password = folder / "password"
    password.write_text("hy-sinh\n", "ascii")
    for number in range(3):
        (source / f"{number}.txt").write_text(TEXT * (number + 1) * 50, "utf-8")
    restic = Restic(str(repository), password, limit_seconds=300.0)
    restic.init()
    quicken(repository, "hy-sinh")
    restic.backup("tu-kiem-tra", [str(source)])
    return repository


def quicken(repository: Path, password: str) -> None:
    """Replace the repository's keys by one whose derivation is cheap: nothing secret may lie there."""
    key = sealed.master(repository / "keys", password)
    told = {
        "created": "2026-01-01T00:00:00Z",
        "username": "wardwatch",
        "hostname": "wardwatch",
        "kdf": "scrypt",
        "N": 2,
        "r": 8,
        "p": 1,
        "salt": _text(os.urandom(64)),
    }
    secret = {
        "mac": {"k": _text(key.mac_k), "r": _text(key.mac_r)},
        "encrypt": _text(key.encrypt),
    }
    told["data"] = _text(sealed.sealed(sealed.derived(told, password), json.dumps(secret).encode()))
    content = json.dumps(told).encode()
    for path in (repository / "keys").iterdir():
        path.unlink()
    (repository / "keys" / hashlib.sha256(content).hexdigest()).write_bytes(content)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
