"""kill -9 of the collector before each thing that it does: a new one goes on, and nothing is lost or doubled."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backup import ledger, own
from backup.plan import Job
from backup.sacrifice import quicken
from collector import audit
from collector.inventory.model import Inventory, Keep
from collector.store.database import Store
from tests.backup.killing import BATCH_OBJECTS, killed
from tests.backup.place import NOON, Place, inventory, opened
from tests.backup.test_heal import with_copy
from tests.backup.test_own import state, store
from tests.backup.test_sweep import flip

__all__ = ["state", "store"]

SWEEP, RETAIN, HEAL = Job("sweep", "kho"), Job("retain", "kho"), Job("heal", "kho")
DRILL, COPY, PREPARE = (
    Job("drill", "kho", "van-ban"),
    Job("copy", "ban-sao"),
    Job("prepare", "ban-sao"),
)


LATER = NOON + timedelta(days=31)


def office(*, exact: bool) -> Inventory:
    """One good snapshot is kept, of one day; a second repository holds a copy."""
    plain = inventory()
    (declared,) = plain.backups
    kept = declared.model_copy(update={"keep": Keep(daily=1, weekly=0, monthly=0)})
    return with_copy(plain.model_copy(update={"backups": (kept,)}), exact=exact)


@pytest.fixture(scope="session")
def three_weeks(backed_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with three weekly backups and their exact copy, all of it proved; to be copied."""
    folder = tmp_path_factory.mktemp("three-weeks")
    shutil.copytree(backed_up, folder, dirs_exist_ok=True)
    place = opened(folder)
    place.inventory = office(exact=True)
    for week in range(2):
        place.later(days=8)
        (place.source / f"{week}.bin").write_bytes(random.Random(week).randbytes(300_000))
        assert place.back_up().ok
    for job in (SWEEP, COPY, Job("sweep", "ban-sao")):
        assert place.verifier.prove(place.inventory, job).ok
    place.store.close()
    return folder


def deaths(
    base: Path, folder: Path, job: Job, first: int = 0, by: int = 1, exact: bool = True
) -> Iterator[Place]:
    """What each collector leaves that dies at another step of the proof, and the one that does not."""
    for step in range(first, 1000, by):
        shutil.copytree(base, folder / f"{step}")
        place = opened(folder / f"{step}")
        place.inventory, place.now = office(exact=exact), LATER
        died = killed(place, job, step)
        yield place
        place.store.close()
        if not died:
            assert step > first, "no collector died"
            return


def go_on(place: Place, *jobs: Job) -> None:
    """A new collector finds nothing amiss, and makes the proof that was cut short."""
    for job in (Job("watch", "kho"), *jobs, SWEEP):
        proof = place.verifier.prove(place.inventory, job)
        assert proof.ok, f"{job.kind}: {proof.error}"


def names(place: Place, repository: str, kind: str) -> frozenset[str]:
    folder = place.state_folder / repository / kind
    return frozenset(path.name for path in folder.rglob("*") if path.is_file())


def whole(place: Place) -> None:
    """What is left is a whole repository, and what is stored comes back."""
    for job in (Job("check", "kho"), DRILL):
        proof = place.verifier.prove(place.inventory, job)
        assert proof.ok, proof.error
    assert names(place, "kho", "locks") == frozenset()


def counted(place: Place, action: str) -> list[int]:
    """What the audit log says of that act: the counts of its entries."""
    with place.store.read() as connection:
        assert audit.verify(connection).reason is None
        told = connection.exec_driver_sql("SELECT detail FROM audit WHERE action = ?", (action,))
        return [json.loads(one)["count"] for one in told.scalars()]


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_sweep_goes_on_after_what_it_had_read(three_weeks: Path, tmp_path: Path) -> None:
    read: list[int] = []
    for place in deaths(three_weeks, tmp_path, SWEEP):
        with place.store.read() as connection:
            entries = ledger.load(connection, "kho").values()
        read.append(sum(each.last_verified_at == LATER for each in entries))
        if read[-1] < len(entries):
            next_ = ledger.share(entries, LATER, 30, least_bytes=1)[0]
            assert next_.last_verified_at != LATER
        go_on(place)
    assert read == sorted(read)
    assert {0, BATCH_OBJECTS, 2 * BATCH_OBJECTS, len(entries)} <= set(read)


@pytest.fixture
def pruned(three_weeks: Path, tmp_path: Path) -> Path:
    """The first repository was pruned since it was copied."""
    shutil.copytree(three_weeks, tmp_path / "pruned")
    place = opened(tmp_path / "pruned")
    place.inventory, place.now = office(exact=True), LATER
    assert place.verifier.prove(place.inventory, RETAIN).files == 2
    place.store.close()
    return place.state_folder


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_copy_goes_on_and_takes_away_what_was_pruned(pruned: Path, tmp_path: Path) -> None:
    for place in deaths(pruned, tmp_path, COPY):
        go_on(place, Job("watch", "ban-sao"), COPY, Job("sweep", "ban-sao"))
        for kind in ("keys", "snapshots", "index", "data"):
            kept = {one for one in names(place, "ban-sao", kind) if "-tmp-" not in one}
            assert kept == names(place, "kho", kind)


@pytest.mark.parametrize("restic_version", ["0.14"], indirect=True)
def test_a_second_repository_that_was_half_made_is_taken_up(
    backed_up: Path, tmp_path: Path
) -> None:
    for step in range(1000):
        shutil.copytree(backed_up, tmp_path / f"{step}")
        place = opened(tmp_path / f"{step}")
        place.inventory = office(exact=False)
        assert killed(place, PREPARE, step)
        if (place.state_folder / "ban-sao" / "config").exists():
            break  # restic had made it, and nobody had noted anything
        place.store.close()
    keys = names(place, "ban-sao", "keys")
    proof = place.verifier.prove(place.inventory, PREPARE)
    assert proof.ok, proof.error
    assert names(place, "ban-sao", "keys") == keys
    place.store.close()


@pytest.fixture
def second(backed_up: Path, tmp_path: Path) -> Path:
    """A second repository that is still to be filled, by restic."""
    shutil.copytree(backed_up, tmp_path / "second")
    place = opened(tmp_path / "second")
    place.inventory = office(exact=False)
    assert place.verifier.prove(place.inventory, PREPARE).ok
    key = (place.state_folder / "passwords" / "ban-sao").read_text().strip()
    quicken(place.state_folder / "ban-sao", key)
    with place.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM objects WHERE repository = 'ban-sao'")
    place.store.close()
    return place.state_folder


@pytest.mark.parametrize("restic_version", ["0.14"], indirect=True)
def test_a_second_repository_is_filled_once(second: Path, tmp_path: Path) -> None:
    for place in deaths(second, tmp_path, COPY, by=2, exact=False):
        go_on(place, Job("watch", "ban-sao"), COPY, Job("sweep", "ban-sao"))
        assert len(names(place, "ban-sao", "snapshots")) == 1


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_healing_goes_on_where_it_was(three_weeks: Path, tmp_path: Path) -> None:
    base = tmp_path / "hurt"
    shutil.copytree(three_weeks, base)
    place = opened(base)
    place.inventory = office(exact=True)
    whole_before = {path: path.read_bytes() for path in place.files("data")[:2]}
    for path in whole_before:
        flip(path, 9)
    assert not place.verifier.prove(place.inventory, SWEEP).ok
    place.store.close()
    for place in deaths(base, tmp_path, HEAL):
        assert place.verifier.prove(place.inventory, HEAL).ok
        go_on(place, HEAL)
        for path, content in whole_before.items():
            assert (place.state_folder / path.relative_to(base)).read_bytes() == content


def every_other(restic_version: str) -> int:
    """Where each restic begins: together they die at every step."""
    return {"0.14": 0, "0.18": 1}[restic_version]


def test_what_retention_let_go_is_never_called_a_loss(
    three_weeks: Path, tmp_path: Path, restic_version: str
) -> None:
    left = set()
    for place in deaths(three_weeks, tmp_path, RETAIN, every_other(restic_version), 2):
        go_on(place, RETAIN)
        left.add(names(place, "kho", "snapshots"))
        assert counted(place, "snapshots-forgotten") == [2]
    whole(place)
    assert [len(each) for each in left] == [1]


PRUNE = """
case "$1" in prune)
    count() {{ find "{data}" -type f | wc -l; }}
    before=$(count)
    restic "$@" & child=$!
    while [ "$(count)" -ge "$before" ] && ! grep -q '^State:.Z' /proc/$child/status; do :; done
    kill -9 $child $PPID; exit 1;;
esac
exec restic "$@"
"""


def test_a_prune_that_was_killed_with_its_collector_is_settled_and_hides_no_loss(
    three_weeks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lost in (False, True):
        shutil.copytree(three_weeks, tmp_path / f"{lost}")
        place = opened(tmp_path / f"{lost}")
        place.inventory, place.now = office(exact=True), LATER
        deadly = place.script("deadly", PRUNE.format(data=place.repository / "data"))
        with monkeypatch.context() as patch:
            patch.setenv("RESTIC", str(deadly))
            assert killed(place, RETAIN, 1000)
        assert place.prove("watch").ok
        if not lost:
            go_on(place, RETAIN)
            whole(place)
            continue
        pack = max(place.files("data"), key=lambda path: path.stat().st_size)
        pack.unlink()  # while nobody can say what the prune has removed
        assert not place.prove("retain").ok
        assert f"data/{pack.name}: vanished" in place.prove("watch").detail.problems
        assert place.verifier.prove(place.inventory, HEAL).ok
        go_on(place, RETAIN)


def test_a_drill_leaves_neither_a_lock_nor_half_a_proof(
    three_weeks: Path, tmp_path: Path, restic_version: str
) -> None:
    for place in deaths(three_weeks, tmp_path, DRILL, every_other(restic_version), 2):
        with place.store.read() as connection:
            drills = connection.exec_driver_sql("SELECT ok FROM proofs WHERE kind = 'drill'").all()
        assert drills in ([], [(True,)])
    go_on(place, DRILL)


def test_the_collectors_own_backup_is_made_again_and_told_once(state: Path, store: Store) -> None:
    store.close()
    quickened = Place(state, store)
    quicken(quickened.repository, (state / "passwords" / "kho").read_text().strip())
    for step in range(1000):
        place = opened(state)
        died = killed(place, None, step)
        place.store.close()
        if not died:
            break
    place = opened(state)
    assert step > 10
    with place.store.read() as connection:
        said = connection.exec_driver_sql(
            "SELECT count(*) FROM audit WHERE action = ?", (own.ACTION,)
        )
        assert said.scalar_one() == 1  # of all those that died, none said that it had stored it
    assert list((state / "scratch").iterdir()) == []
    assert place.prove("check").ok
    place.store.close()
