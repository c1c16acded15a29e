from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backup import commands
from backup.damage import FILES_TOLD, UNKNOWN
from backup.plan import Job
from backup.proofs import Proof
from collector.inventory.model import Inventory
from tests.backup.place import Place
from tests.backup.test_sweep import flip


def contents(place: Place) -> Path:
    """The pack that holds the files; another one holds their lists."""
    return max(place.files("data"), key=lambda path: path.stat().st_size)


def with_copy(inventory: Inventory, *, exact: bool) -> Inventory:
    values = inventory.model_dump(mode="python")
    second = {
        "id": "ban-sao",
        "path": "ban-sao",
        "password_file": "passwords/kho" if exact else "passwords/ban-sao",
        "copy_of": "kho",
        "exact": exact,
    }
    repositories = [*values["repositories"], second]
    return Inventory.model_validate({**values, "repositories": repositories})


def copied(place: Place, *, exact: bool) -> Proof:
    place.inventory = with_copy(place.inventory, exact=exact)
    if not exact:
        assert place.verifier.prove(place.inventory, Job("prepare", "ban-sao")).ok
    return place.verifier.prove(place.inventory, Job("copy", "ban-sao"))


@pytest.mark.parametrize("kind", ["data", "index", "snapshots", "keys", "config"])
@pytest.mark.parametrize("fault", ["flipped", "truncated", "removed"])
def test_what_is_damaged_is_healed_from_the_exact_copy_and_read_back(
    place: Place, kind: str, fault: str
) -> None:
    assert place.prove("sweep").ok
    assert copied(place, exact=True).ok
    path = place.repository / "config" if kind == "config" else place.files(kind)[0]
    before = path.read_bytes()
    path.chmod(0o600)
    if fault == "flipped":
        flip(path, 77)
    elif fault == "truncated":
        path.write_bytes(before[:20])
    else:
        path.unlink()
    place.later(days=1)
    found = place.prove("sweep")
    assert not found.ok
    if fault == "removed" and kind == "config":
        return  # no config, no repository: the officer is told that it is gone
    healed = place.prove("heal")
    assert healed.ok, healed.error
    assert path.read_bytes() == before
    assert place.prove("sweep").ok
    assert place.prove("check").ok


def test_a_copy_that_is_damaged_in_the_same_place_heals_nothing(place: Place) -> None:
    place.prove("sweep")
    copied(place, exact=True)
    for path in (place.files("data")[0], place.state_folder / "ban-sao" / "data"):
        for each in [path] if path.is_file() else sorted(path.rglob("*")):
            if each.is_file():
                flip(each, 9)
    place.later(days=1)
    place.prove("sweep")
    healed = place.prove("heal")
    assert not healed.ok
    assert "no sound copy" in (healed.error or "")


def test_damage_is_not_copied(place: Place) -> None:
    place.prove("sweep")
    flip(place.files("data")[0], 9)
    proof = copied(place, exact=True)
    assert not proof.ok
    assert place.files("data")[0].name in (proof.error or "")


def test_what_was_pruned_goes_from_the_copy_as_well(place: Place) -> None:
    assert copied(place, exact=True).ok
    (pruned,) = place.files("snapshots")
    with place.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM objects WHERE name = ?", (pruned.name,))
    pruned.unlink()
    proof = place.verifier.prove(place.inventory, Job("copy", "ban-sao"))
    assert proof.ok, proof.error
    assert list((place.state_folder / "ban-sao" / "snapshots").iterdir()) == []
    assert place.verifier.prove(place.inventory, Job("sweep", "ban-sao")).ok


def test_restic_copies_every_snapshot_into_a_second_repository(place: Place) -> None:
    proof = copied(place, exact=False)
    assert proof.ok, proof.error
    place.later(days=1)
    (place.source / "new.txt").write_text("mới")
    assert place.back_up().ok
    assert place.verifier.prove(place.inventory, Job("copy", "ban-sao")).ok
    second = place.verifier.restic(place.inventory.repositories[1])
    assert len(second.snapshots()) == 2
    second.check()


def test_a_damaged_pack_is_named_with_the_files_that_it_hits(place: Place) -> None:
    assert place.prove("sweep").ok
    pack = contents(place)
    flip(pack, 3)
    place.later(days=1)
    hits = place.prove("sweep").detail.hits
    assert hits.keys() == {pack.name}
    assert len(hits[pack.name]) == FILES_TOLD
    assert all((place.source / path).is_file() for path in hits[pack.name])


def test_a_damaged_pack_of_lists_says_that_names_cannot_be_told(place: Place) -> None:
    assert place.prove("sweep").ok
    pack = min(place.files("data"), key=lambda path: path.stat().st_size)
    flip(pack, 3)
    place.later(days=1)
    assert place.prove("sweep").detail.hits == {pack.name: (UNKNOWN,)}


@pytest.mark.parametrize("fault", ["flipped", "truncated", "removed"])
def test_a_damaged_pack_is_healed_from_what_the_pc_still_has(place: Place, fault: str) -> None:
    assert place.prove("sweep").ok
    path = contents(place)
    path.chmod(0o600)
    if fault == "flipped":
        flip(path, 40)
    elif fault == "truncated":
        path.write_bytes(path.read_bytes()[:100])
    else:
        path.unlink()
    place.later(days=1)
    assert not place.prove("sweep").ok
    proof, aside = commands.heal(place.verifier, place.inventory, "kho")
    assert not proof.ok
    assert aside == (f"data/{path.name}",)
    assert not place.prove("check").ok  # until the PC has stored again what is missing
    place.later(hours=1)
    place.back_up()
    place.later(hours=1)
    assert place.back_up().ok
    check, sweep, drill = place.prove("check"), place.prove("sweep"), place.prove("drill")
    assert check.ok, check.error
    assert sweep.ok, sweep.error
    assert drill.ok, drill.error
    assert drill.detail.compared == drill.files


def test_a_snapshot_whose_lists_are_lost_is_put_aside_by_the_officers_word(place: Place) -> None:
    assert place.prove("sweep").ok
    min(place.files("data"), key=lambda path: path.stat().st_size).unlink()
    place.later(days=1)
    assert not place.prove("sweep", limit_seconds=2.0).ok
    brisk = replace(place.verifier, limit_seconds=2.0)  # 0.14 waits long for a list that is gone
    commands.heal(brisk, place.inventory, "kho")
    (place.source / "new.txt").write_text("mới")
    place.back_up()
    assert not place.prove("check", limit_seconds=2.0).ok
    (lost,) = commands.heal(brisk, place.inventory, "kho")[1]
    assert lost.startswith("snapshots/")
    assert place.prove("check").ok
    assert place.prove("drill").ok


def test_the_verifier_finds_the_fault_that_it_is_given(place: Place) -> None:
    proof = place.verifier.prove(place.inventory, Job("selftest", "selftest"))
    assert proof.ok, proof.error
    assert list((place.state_folder / "scratch").iterdir()) == []
