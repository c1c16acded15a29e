"""What wardwatch costs beside bare restic, and how fast it reads a repository again."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess  # noqa: TID251 - restic and sha256sum are run beside ours
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from threading import Event
from typing import NamedTuple

from backup import look, sweep
from bench.faults import seeded
from collector.store.columns import METADATA
from collector.store.database import connect
from tests.backup.place import NOON

FILES = 20_000
TOTAL_BYTES = 1024**3
GOALS = {"first": "under + 5 %", "unchanged": "under + 0.300 s"}
SPEED_BYTES = 4 * 1024**3
PACK_BYTES = 16 * 1024**2


class Took(NamedTuple):
    """Seconds of one run; of the processor those of all its children. Others slow the wall alone."""

    wall: float
    cpu: float


def share(version: str, runs: int) -> None:
    """First and unchanged backups of 1 GiB in 20,000 files, bare and ours in turns."""
    with tempfile.TemporaryDirectory(prefix="wardwatch-share-") as top:
        source = Path(top, "source")
        _fill(source)
        for name in ("first", "unchanged"):
            bare: list[Took] = []
            ours: list[Took] = []
            for run in range(runs):
                order = [(bare, _bare), (ours, _ours)]
                for seconds, how in order if run % 2 else order[::-1]:
                    seconds.append(how(Path(top), source, fresh=name == "first"))
            for what in ("wall", "cpu"):
                a, b = (median(getattr(one, what) for one in took) for took in (bare, ours))
                print(
                    f"restic {version} {name:<9} {what:<4} bare {a:.2f} s, ours {b:.2f} s:"
                    f" {b - a:+.3f} s, {(b / a - 1) * 100:+.1f} % (goal: {GOALS[name]})"
                )


def _fill(source: Path) -> None:
    chance = seeded(1)
    for number in range(FILES):
        if number % 200 == 0:
            folder = source / f"{number // 200:03}"
            folder.mkdir(parents=True)
        (folder / f"{number}.bin").write_bytes(chance.randbytes(TOTAL_BYTES // FILES))


def _bare(top: Path, source: Path, *, fresh: bool) -> Took:
    folder = _repository(top / "bare", source, fresh=fresh)
    return _timed(
        ["restic", "backup", "--json", "--tag=x", "--host=x", f"--cache-dir={folder}/cache"],
        [str(source)],
        folder,
    )


def _ours(top: Path, source: Path, *, fresh: bool) -> Took:
    folder = _repository(top / "ours", source, fresh=fresh)
    return _timed(
        [sys.executable, "-m", "backup", "run", "x", "--agent-state", str(folder)], [], folder
    )


def _repository(folder: Path, source: Path, *, fresh: bool) -> Path:
    if fresh or not folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "password").write_text("x\n")
        pin = {
            "paths": [str(source)],
            "repository": str(folder / "repository"),
            "password_file": str(folder / "password"),
        }
        (folder / "backup.json").write_text(json.dumps({"sets": {"x": pin}}))
        _timed(["restic", "init", "-q"], [], folder)
    os.sync()
    return folder


def _timed(arguments: Sequence[str], paths: Sequence[str], folder: Path) -> Took:
    began, before = time.monotonic(), _cpu_seconds()
    subprocess.run(
        [*arguments, *paths],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "RESTIC_REPOSITORY": str(folder / "repository"),
            "RESTIC_PASSWORD_FILE": str(folder / "password"),
        },
    )
    return Took(time.monotonic() - began, _cpu_seconds() - before)


def _cpu_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def speed(runs: int) -> None:
    """The sweep beside sha256sum over the same packs, both from the disk, in turns."""
    with tempfile.TemporaryDirectory(prefix="wardwatch-sweep-", dir=Path.cwd()) as top:
        repository = Path(top, "repository")
        packs = _lay(repository)
        store = connect(f"sqlite:///{top}/ledger.sqlite")
        METADATA.create_all(store.engine)
        place = sweep.Place("x", repository, 1, "UTC")
        theirs: list[float] = []
        ours: list[float] = []
        for run in range(runs):
            for name in ("theirs", "ours") if run % 2 else ("ours", "theirs"):
                _forget(packs)
                began = time.monotonic()
                if name == "ours":
                    looked = look.look(store, "x", repository, Path(top, "aside"), None, NOON)
                    done = sweep.sweep(store, place, looked.ledger, None, lambda: NOON, Event())
                    if done.bytes < SPEED_BYTES or done.problems:
                        raise SystemExit(f"the sweep did not read what was laid: {done}")
                    ours.append(time.monotonic() - began)
                else:
                    subprocess.run(
                        ["sha256sum", *map(str, packs)], check=True, stdout=subprocess.DEVNULL
                    )
                    theirs.append(time.monotonic() - began)
        store.close()
        a, b = (SPEED_BYTES / median(seconds) / 1024**2 for seconds in (theirs, ours))
        print(f"sha256sum {a:.0f} MiB/s, sweep {b:.0f} MiB/s: {b / a * 100:.0f} % (goal: 80 %)")


def _lay(repository: Path) -> list[Path]:
    for kind in ("keys", "snapshots", "index", "locks"):
        (repository / kind).mkdir(parents=True)
    (repository / "config").write_bytes(b"config")
    chance, packs = seeded(1), []
    for _number in range(SPEED_BYTES // PACK_BYTES):
        content = chance.randbytes(PACK_BYTES)
        name = hashlib.sha256(content).hexdigest()
        path = repository / "data" / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        packs.append(path)
    os.sync()
    return packs


def _forget(packs: Sequence[Path]) -> None:
    for path in packs:
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
