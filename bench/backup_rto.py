"""Forecasts of the time to restore, each held against the restore that followed it.

Twenty sets of every shape in one repository, drilled and restored whole in the way the duties do it,
with changes between. Each measured restore is the officer's own (`backup restore`), forecast just
before; a second one right after it tells how far two restores of the very same bytes are apart on
this machine: no forecast can be nearer than that. On a machine that others keep busy the wall's
clock tells of them, so all of it is done once more with restic's processor time in its place.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backup import forecast, measured, proofs, restoring
from backup.forecast import Measured
from backup.plan import Job, Kind
from backup.proofs import Proof
from backup.prove import Verifier
from backup.restic import Restic
from backup.restoring import Wish
from bench.faults import seeded
from collector.inventory.model import Repository
from tests.backup.place import Place, made

MIB = 1024**2
GOAL = 0.2
LIMIT_SECONDS = 900.0
SHAPES = {"few large": 20 * MIB, "mixed": 200_000, "small": 12_000}
"""Bytes of a middling file."""
LARGEST_FILES = 25_000
SMALLEST_BYTES, LARGEST_BYTES = 5 * MIB, 1024 * MIB
WORDS = b"Ho so tiep nhan va tra ket qua, uy ban nhan dan phuong, thang "


@dataclass
class Errors:
    """Measured over forecast less one, by what the forecast rested on."""

    own: list[float] = field(default_factory=list)
    """The set's own whole restores: what the page calls "about"."""
    others: list[float] = field(default_factory=list)
    """The same restores forecast as though the set had none of its own."""
    bound: list[float] = field(default_factory=list)
    """The drill's upper bound, which stood before."""
    again: list[float] = field(default_factory=list)
    """The second restore of the same bytes beside the first."""
    cpu_own: list[float] = field(default_factory=list)
    """As `own`, of processor time: measured and forecast."""
    cpu_others: list[float] = field(default_factory=list)
    cpu_again: list[float] = field(default_factory=list)


class Counted(Restic):
    """Keeps what its restores alone took of the processor: who restores asks for lists besides."""

    def restore(self, snapshot: str, into: Path, paths: Sequence[str] = ()) -> float:
        before = _cpu_seconds()
        try:
            return super().restore(snapshot, into, paths)
        finally:
            RESTORES.append(_cpu_seconds() - before)


class Counting(Verifier):
    """Reaches repositories by restics that are counted."""

    def restic(self, declared: Repository) -> Restic:
        return Counted(**vars(super().restic(declared)))


RESTORES: list[float] = []
"""Processor seconds of each restore, in their order."""


@dataclass
class Spent:
    """Restores by their processor time, as the forecast takes them."""

    past: list[Measured] = field(default_factory=list)

    def note(self, place: Place, proof: Proof, seconds: float) -> None:
        whole = proof.job.kind == "whole"
        name, now = proof.job.set or "", place.now
        self.past.append(Measured(name, now, proof.files, proof.bytes, seconds, whole=whole))

    def newest(self) -> list[Measured]:
        """One drill of each set, as the collector looks at them."""
        drills = {one.set: one for one in self.past if not one.whole}
        return [*drills.values(), *(one for one in self.past if one.whole)]


def forecasts(version: str, sets: int, seed: int) -> bool:
    """Print the distribution of errors; whether nine of ten are within the goal."""
    with tempfile.TemporaryDirectory(prefix="wardwatch-rto-") as top:
        place, chance = made(Path(top)), seeded(f"{seed}/{version}")
        try:
            shapes = dict(_laid(place, sets, chance))
            errors = _months(place, chance)
        finally:
            place.store.close()
    print(f"restic {version}: {sets} sets, {len(errors.own)} measured restores", flush=True)
    for name, each in vars(errors).items():
        print(f"  {name:<10} {_distribution(each)}")
    for name, shape in shapes.items():
        at = list(shapes).index(name)
        wall, cpu = (
            " ".join(f"{each:+.0%}" for each in of[at::sets]) for of in (errors.own, errors.cpu_own)
        )
        print(f"    {name:<7} {shape:<36} wall {wall:<12} processor {cpu}", flush=True)
    return _at(errors.own, 0.9) <= GOAL


def _laid(place: Place, sets: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The sets on the disk and in the inventory; name and shape of each."""
    (declared,) = place.inventory.backups
    kinds, every = list(SHAPES), []
    for number in range(sets):
        name, kind = f"bo-{number:02}", kinds[number % len(kinds)]
        share = number / max(1, sets - 1)
        goal_bytes = int(SMALLEST_BYTES * (LARGEST_BYTES / SMALLEST_BYTES) ** share)
        folder = place.state_folder / name
        files, size_bytes = _grow(folder, SHAPES[kind], goal_bytes, chance)
        every.append(declared.model_copy(update={"id": name, "paths": (str(folder),)}))
        yield name, f"{kind}, {files} files, {size_bytes // MIB} MiB"
    place.inventory = place.inventory.model_copy(update={"backups": tuple(every)})
    place.pin()
    proof = place.prove("prepare")
    if not proof.ok:
        raise SystemExit(proof.error)


def _grow(
    folder: Path, middling_bytes: int, goal_bytes: int, chance: random.Random
) -> tuple[int, int]:
    """Add files of about that size, half of their bytes packing well."""
    there = sum(1 for path in folder.rglob("*.bin")) if folder.exists() else 0
    files, left = 0, goal_bytes
    while left > 0 and there + files < LARGEST_FILES:
        size = min(left, max(100, int(chance.lognormvariate(0, 0.8) * middling_bytes)))
        into = folder / f"{(there + files) // 200:03}"
        into.mkdir(parents=True, exist_ok=True)
        half = WORDS * (size // 2 // len(WORDS) + 1)
        content = chance.randbytes(size - size // 2) + half[: size // 2]
        (into / f"{there + files}.bin").write_bytes(content)
        files, left = files + 1, left - size
    return files, goal_bytes - max(0, left)


def _changed(folder: Path, chance: random.Random) -> None:
    """A fortnight's work: some files written anew, some gone, up to a sixth more bytes."""
    files = sorted(folder.rglob("*.bin"))
    for path in chance.sample(files, len(files) // 20):
        path.write_bytes(chance.randbytes(path.stat().st_size))
    for path in chance.sample(files, len(files) // 50):
        path.unlink()
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*.bin"))
    middling = max(1, size_bytes // max(1, len(files)))
    _grow(folder, middling, int(size_bytes * chance.uniform(0, 0.16)), chance)


def _months(place: Place, chance: random.Random) -> Errors:
    """Two months: backed up, drilled, restored whole; changed; restored for people in the middle."""
    errors, spent = Errors(), Spent()
    for _month in range(2):
        _each(place, chance, spent, "drill", "whole", change=_month > 0)
        place.later(days=15)
        _each(place, chance, spent, "drill", change=True)
        for declared in place.inventory.backups:
            _measure(place, declared.id, errors, spent.newest())
        place.later(days=15)
    return errors


def _each(place: Place, chance: random.Random, spent: Spent, *kinds: Kind, change: bool) -> None:
    for declared in place.inventory.backups:
        if change:
            _changed(Path(declared.paths[0]), chance)
        receipt = place.back_up(declared.id)
        if not receipt.ok:
            raise SystemExit(f"{declared.id}: {receipt.error}")
        place.later(minutes=1)
    for declared in place.inventory.backups:
        for kind in kinds:
            proof = _verifier(place).prove(place.inventory, Job(kind, "kho", declared.id))
            if not proof.ok or proof.detail.streamed:
                raise SystemExit(f"{declared.id}: {proof.error or 'no room'}")
            spent.note(place, proof, RESTORES[-1])
            place.later(minutes=1)


def _measure(place: Place, set_id: str, errors: Errors, spent: Sequence[Measured]) -> None:
    first, second = _restored(place, set_id), _restored(place, set_id)
    cpu, again = RESTORES[-2:]
    ahead = first.forecast
    with place.store.read() as connection:
        good = proofs.newest_good(connection)
        past = measured.past(proofs.whole(connection), good)["kho"]
    bound = good[Job("drill", "kho", set_id)].detail.rto_seconds
    strange = [one for one in past if one.set != set_id]
    others = forecast.forecast(set_id, first.files, first.bytes, strange, None)
    if ahead is None or ahead.basis != "restored" or others is None or bound is None:
        raise SystemExit(f"{set_id}: no forecast")
    errors.own.append(first.seconds / ahead.seconds - 1)
    errors.others.append(first.seconds / others.seconds - 1)
    errors.bound.append(first.seconds / bound - 1)
    errors.again.append(second.seconds / first.seconds - 1)
    own_cpu = forecast.forecast(set_id, first.files, first.bytes, spent, None)
    strange = [one for one in spent if one.set != set_id]
    others_cpu = forecast.forecast(set_id, first.files, first.bytes, strange, None)
    if own_cpu is None or others_cpu is None:
        raise SystemExit(f"{set_id}: no forecast")
    errors.cpu_own.append(cpu / own_cpu.seconds - 1)
    errors.cpu_others.append(cpu / others_cpu.seconds - 1)
    errors.cpu_again.append(again / cpu - 1)


def _verifier(place: Place) -> Verifier:
    return Counting(**{**vars(place.verifier), "limit_seconds": LIMIT_SECONDS})


def _cpu_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _restored(place: Place, set_id: str) -> restoring.Restored:
    into = place.state_folder / "back"
    done = restoring.restore(_verifier(place), place.inventory, Wish(set_id, into), "bench")
    shutil.rmtree(into)
    if done.missing:
        raise SystemExit(f"{set_id}: {json.dumps(done.missing[:3])} did not come back")
    return done


def _distribution(errors: Sequence[float]) -> str:
    within = sum(abs(each) <= GOAL for each in errors)
    return (
        f"off by {_at(errors, 0.5):.0%} in the middle, {_at(errors, 0.9):.0%} at the 90th percentile,"
        f" {_at(errors, 1):.0%} at worst; {within} of {len(errors)} within {GOAL:.0%};"
        f" from {min(errors):+.0%} to {max(errors):+.0%}"
    )


def _at(errors: Sequence[float], share: float) -> float:
    """The smallest error that so large a share does not pass (nearest rank)."""
    sizes = sorted(map(abs, errors))
    return sizes[max(0, -(-int(share * len(sizes) * 1000) // 1000) - 1)]
