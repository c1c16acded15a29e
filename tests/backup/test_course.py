"""What the page of backups shows beside the statement, from the rows that proofs and asks leave."""

from __future__ import annotations

from backup import holds
from backup.course import Course, course
from backup.sweep import path
from tests.backup.place import Place
from tests.backup.test_sweep import flip


def seen(place: Place) -> Course:
    with place.store.read() as connection:
        return course(connection, place.state.machines, place.now)


def test_drills_sizes_and_holds_come_from_their_rows(place: Place) -> None:
    assert (seen(place).drills, seen(place).days, seen(place).holds) == ((), (), ())
    assert place.prove("drill").ok
    for _day in range(2):
        assert place.prove("sweep").ok
        place.later(days=1)
    with place.store.write() as connection:
        holds.raise_(connection, "kho", "canary", "x", place.now, "van-ban")
    found = seen(place)
    (drill,) = found.drills
    assert (drill.set, drill.ok, drill.compared) == ("van-ban", True, drill.files)
    assert [day for day, _ in found.days] == ["2026-11-23", "2026-11-24"]
    assert (
        found.days[0][1]["kho"]
        == sum(
            one.stat().st_size
            for kind in ("keys", "snapshots", "index", "data")
            for one in place.files(kind)
        )
        + (place.repository / "config").stat().st_size
    )
    assert [one.cause for one in found.holds] == ["canary"]
    place.later(days=200)
    assert seen(place).days == ()


def test_the_files_that_a_damaged_pack_hits_are_shown_until_it_is_whole(place: Place) -> None:
    assert place.prove("sweep").ok
    pack = max(place.files("data"), key=lambda one: one.stat().st_size)
    whole = pack.read_bytes()
    flip(pack, 40)
    place.later(days=1)
    assert not place.prove("sweep").ok
    hits = seen(place).hits["kho"][pack.name]
    assert any(one.endswith(".csv") for one in hits)
    path(place.repository, ("data", pack.name)).write_bytes(whole)
    place.later(days=1)
    assert place.prove("sweep").ok
    assert seen(place).hits == {}
