"""Proofs that are being made: a row while they run, how far they are, and silence when killed."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import insert

from backup import at_work, underway
from backup.plan import Job
from backup.proving import sweeping
from backup.tables import proofs_running
from backup.underway import QUIET, Proving
from tests.agent.door import eventually
from tests.backup.place import Place

SWEEP = Job("sweep", "kho")


def seen(place: Place) -> tuple[Proving, ...]:
    with place.store.read() as connection:
        return underway.proofs(connection, place.now)


def test_a_proof_has_its_row_while_it_is_made_and_none_afterwards(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = place.state_folder / "go"
    waiting = place.script("restic-waits", f'until [ -e "{go}" ]; do sleep 0.1; done', "exit 1")
    monkeypatch.setenv("RESTIC", str(waiting))
    assert seen(place) == ()
    proving = threading.Thread(target=place.prove, args=("check",))
    proving.start()
    eventually(lambda: bool(seen(place)))
    (one,) = seen(place)
    assert (one.kind, one.repository, one.set, one.ratio) == ("check", "kho", None, None)
    assert (one.started_at, one.quiet) == (place.now, False)
    go.touch()
    proving.join()
    assert seen(place) == ()


def test_a_sweep_tells_the_bytes_that_it_has_read_of_those_that_are_due(place: Place) -> None:
    told: list[tuple[int, int]] = []
    with at_work.told(place.store, SWEEP, lambda: place.now, beat_seconds=0.01) as far:
        far(25, 100)
        eventually(lambda: seen(place)[0].bytes == 25)
        assert seen(place)[0].ratio == 0.25
        place.later(minutes=1)
        eventually(lambda: seen(place)[0].told_at == place.now)
    assert seen(place) == ()
    verifier = replace(place.verifier, far=lambda *far: told.append(far))
    swept = sweeping.make(verifier, place.inventory, SWEEP)
    assert told == [(0, swept.bytes), (swept.bytes, swept.bytes)]
    assert swept.bytes > 0


def test_a_proof_whose_verifier_was_killed_is_said_to_be_silent_and_goes_with_the_next(
    place: Place,
) -> None:
    with place.store.write() as connection:  # what a kill leaves behind
        connection.execute(
            insert(proofs_running).values(
                kind="sweep", repository="kho", started_at=place.now, told_at=place.now
            )
        )
    place.later(seconds=QUIET.total_seconds())
    assert [one.quiet for one in seen(place)] == [False]
    place.later(seconds=1)
    assert [one.quiet for one in seen(place)] == [True]
    with at_work.told(place.store, Job("watch", "kho"), lambda: place.now):
        assert [(one.kind, one.quiet) for one in seen(place)] == [("watch", False)]


def test_a_proof_stands_whose_end_cannot_be_told(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    with at_work.told(place.store, SWEEP, lambda: place.now), place.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE proofs_running")
    assert "that a proof has ended could not be told" in caplog.text


def test_a_proof_that_breaks_leaves_no_row(place: Place) -> None:
    with pytest.raises(ZeroDivisionError), at_work.told(place.store, SWEEP, lambda: place.now):
        raise ZeroDivisionError
    assert seen(place) == ()
