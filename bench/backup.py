"""Backups by figures: `--damage N` (is damage found?), `--share` (our cost beside restic), `--sweep`, `--rto`.

Without an option it is `--share` and `--sweep`. `python -m bench.backup --damage 200` does random damage of every kind to real repositories, made by
Debian's two restics in turn, and lets one window of proofs pass over each: a watch, a sweep, a check
and a drill, as the duties make them. Fifty repositories are left whole, with everything that goes on
in a sound office: backups, retention, copies, uploads that were cut short, locks of the dead.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backup.plan import Kind
from backup.proofs import Proof
from backup.samples import make
from bench.backup_cost import share, speed
from bench.backup_rto import forecasts
from bench.faults import FAULTS, seeded
from collector.inventory.model import Keep
from tests.backup.parts import SUITES, programs
from tests.backup.place import Place, made, opened

WINDOW: tuple[Kind, ...] = ("watch", "sweep", "check", "drill")
SOUND = 50
LIMIT_SECONDS = 5.0
"""0.14 asks for a missing list for a quarter of an hour; that it has to be stopped is a finding."""


@contextmanager
def restic_of(version: str) -> Iterator[None]:
    """`restic` on the PATH is that version."""
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{programs(SUITES[version])}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def base(folder: Path) -> Path:
    """A state folder with three weekly backups, proved whole; `last-week` is its earlier repository."""
    folder.mkdir()
    place = made(folder)
    place.source.rmdir()
    make(place.source)
    place.prepare()
    for week in range(3):
        if week == 2:
            shutil.copytree(place.repository, folder / "last-week")
        (place.source / f"tuan-{week}.bin").write_bytes(seeded(week).randbytes(40_000))
        sure(place.back_up().ok and all(proof.ok for proof in window(place)))
        place.later(days=7)
    place.store.close()
    return folder


def sure(held: bool) -> None:
    """End the measurement where what it rests on does not hold."""
    if not held:
        raise SystemExit("a sound backup or proof failed: nothing was measured")


def window(place: Place) -> list[Proof]:
    """One window of proofs, a day later."""
    place.later(days=1)
    return [place.prove(kind, LIMIT_SECONDS) for kind in WINDOW]


def damaged(folder: Path, template: Path, kind: str, chance: random.Random) -> bool:
    """Whether the damage was found and named."""
    shutil.copytree(template, folder)
    place = opened(folder)
    try:
        hurt = FAULTS[kind](place.repository, folder / "last-week", chance)
        told = [f"{each.error} {each.detail.problems}" for each in window(place) if not each.ok]
    finally:
        place.store.close()
        shutil.rmtree(folder)
    found = bool(told)
    if found and not any(hurt in text for text in told):
        print(f"  {kind}: found, not named ({hurt[:12]}): {told[0][:150]}")
    return found


def alarmed(folder: Path, template: Path, number: int, chance: random.Random) -> bool:
    """Whether a sound repository, in which things went on as they do, raised any alarm."""
    shutil.copytree(template, folder)
    place = opened(folder)
    acts = (_nothing, _backup, _retention, _cut_short, _dead_lock)
    try:
        acts[number % len(acts)](place, chance)
        wrong = [each for each in window(place) if not each.ok]
    finally:
        place.store.close()
        shutil.rmtree(folder)
    for each in wrong:
        print(f"  false alarm after {acts[number % len(acts)].__name__}: {each.error}")
    return bool(wrong)


def _nothing(_place: Place, _chance: random.Random) -> None:
    """A quiet day."""


def _backup(place: Place, chance: random.Random) -> None:
    (place.source / "new.bin").write_bytes(chance.randbytes(chance.randrange(1, 60_000)))
    place.later(hours=1)
    sure(place.back_up().ok)


def _retention(place: Place, chance: random.Random) -> None:
    (declared,) = place.inventory.backups
    changed = declared.model_copy(update={"keep": Keep(daily=1, weekly=0, monthly=0)})
    place.inventory = place.inventory.model_copy(update={"backups": (changed,)})
    place.later(days=8)
    _backup(place, chance)
    sure(place.prove("retain").ok)


def _cut_short(place: Place, chance: random.Random) -> None:
    pack = place.files("data")[0]
    pack.with_name(f"{pack.name}-tmp-{chance.randrange(10**9)}").write_bytes(b"half")


def _dead_lock(place: Place, _chance: random.Random) -> None:
    (place.repository / "locks" / "0000-tmp-123").write_bytes(b"")


def damage(count: int, seed: int) -> int:
    """Exit code: 0 only where all was found and nothing sound was called damaged."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wardwatch-damage-") as top:
        templates = {}
        for version in SUITES:
            with restic_of(version):
                templates[version] = base(Path(top, version))
        kinds, found, of = list(FAULTS), Counter[str](), Counter[str]()
        for number in range(count):
            kind, version = kinds[number % len(kinds)], list(SUITES)[number // len(kinds) % 2]
            with restic_of(version):
                chance = seeded(f"{seed}/{number}")
                of[kind] += 1
                found[kind] += damaged(Path(top, f"{number}"), templates[version], kind, chance)
        alarms = 0
        for number in range(SOUND):
            version = list(SUITES)[number // 5 % 2]
            with restic_of(version):
                chance = seeded(f"{seed}/sound/{number}")
                alarms += alarmed(Path(top, f"s{number}"), templates[version], number, chance)
    for kind in kinds:
        print(f"{kind:<30} {found[kind]:>3} of {of[kind]}")
    total = sum(found.values())
    print(f"found within one window: {total} of {count}; false alarms: {alarms} of {SOUND}")
    print(f"{time.monotonic() - began:.0f} s, seed {seed}")
    return 0 if total == count and alarms == 0 else 1


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.backup", description=__doc__)
    parser.add_argument("--damage", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", action="store_true")
    parser.add_argument("--sweep", action="store_true")
    parser.add_argument("--rto", action="store_true")
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    if not (given.damage or given.share or given.sweep or given.rto):
        given.share = given.sweep = True
    code = 0
    if given.damage:
        code |= damage(given.damage, given.seed)
    for version in SUITES:
        with restic_of(version):
            if given.share:
                share(version, given.runs)
            if given.rto:
                code |= not forecasts(version, given.sets, given.seed)
    if given.sweep:
        speed(given.runs)
    return code


if __name__ == "__main__":
    sys.exit(main())
