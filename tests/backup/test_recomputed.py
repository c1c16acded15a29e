"""Each sentence of the statement, worked out once more from the rows alone and by other means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Row, Table, select

from backup import holds
from backup.plan import Job
from backup.status import Backups
from backup.tables import backup_holds, backup_runs, objects, proofs
from backup.words import in_one, sentences
from collector.inventory.model import Inventory
from collector.messages import catalogue
from tests.backup.place import Place
from tests.backup.test_heal import with_copy
from tests.backup.test_statement import status
from tests.backup.test_sweep import flip

HOUR = timedelta(hours=1)
Told = tuple[str, Mapping[str, object]]
"""A text's key and what fills it."""


def rows(place: Place, table: Table) -> Sequence[Row[Any]]:
    with place.store.read() as connection:
        return connection.execute(select(table)).all()


def told(key: str, **values: object) -> Told:
    return key, values


def local(at: datetime) -> str:
    return at.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%H:%M %d/%m/%Y")


def newest(place: Place, kind: str, repository: str, *, good: bool) -> Row[Any] | None:
    made = [one for one in rows(place, proofs) if (one.kind, one.repository) == (kind, repository)]
    return next((one for one in reversed(made) if one.ok or not good), None)


def of_repository(place: Place, named: str, copy_of: str | None) -> Iterator[Told]:
    copied = newest(place, "copy", named, good=True)
    if copy_of and copied is None:
        yield told("repository.copy-never", repository=named, of=copy_of)
    elif copy_of and copied is not None:
        yield told("repository.copy", repository=named, of=copy_of, at=local(copied.at))
    mine = [one for one in rows(place, objects) if one.repository == named]
    there = [one for one in mine if one.state not in ("vanished", "quarantined")]
    read = [
        one
        for one in there
        if one.state == "sound"
        and timedelta() <= place.now - one.last_verified_at <= 30 * 24 * HOUR
    ]
    if newest(place, "sweep", named, good=False) is None:
        yield told("repository.never", repository=named)
    elif len(read) < len(there):
        share = sum(one.size_bytes for one in read) / sum(one.size_bytes for one in there)
        yield told("repository.partly", repository=named, percent=int(share * 100))
    else:
        oldest = min(one.last_verified_at for one in there)
        yield told("repository.read", repository=named, at=local(oldest))
    aside = sum(one.state == "quarantined" for one in mine)
    if aside:
        yield told("repository.quarantined", repository=named, count=aside)
    held = [
        one for one in rows(place, backup_holds) if one.repository == named and not one.explained_at
    ]
    if held:
        yield told("repository.held", repository=named, count=len(held))
    errors = sum(one.state not in ("new", "sound") for one in mine)
    if errors:
        yield told("repository.damaged", repository=named, errors=errors)


def of_set(place: Place) -> Iterator[Told]:
    good = [one.received_at for one in rows(place, backup_runs) if one.ok]
    if not good:
        yield told("set.no-backup", set="van-ban")
        return
    days = ceil((place.now - min(good)) / (24 * HOUR)) or 1
    held = sum(
        all(
            any(timedelta() <= at - one <= 26 * HOUR for one in good)
            for hour in range(
                1, 24
            )  # of each hour within the day, of which the first may be cut short
            if (at := place.now - day * 24 * HOUR - hour * HOUR) >= min(good)
        )
        for day in range(days)
    )
    yield told("set.rpo", set="van-ban", rpo_hours="26", held=held, days=days)
    declared = place.inventory.repositories
    holding = [
        one
        for one in declared
        if one.id == "kho" or newest(place, "copy", one.id, good=True) is not None
    ]
    where = "set.copies-offsite" if any(one.offsite for one in holding) else "set.copies"
    media = len({(one.medium, one.offsite) for one in holding})
    yield told(where, set="van-ban", copies=len(holding), media=media)
    drill = newest(place, "drill", "kho", good=False)
    if drill is None:
        yield told("set.unproved", set="van-ban")
        return
    if drill.ok:
        values = {"files": drill.files, "compared": json.loads(drill.detail)["compared"]}
        yield told("set.proved", set="van-ban", at=local(drill.at), **values)
    else:
        yield told("set.failed", set="van-ban", at=local(drill.at), error=drill.error)


def in_one_sentence(place: Place) -> str:
    """The sentence of the first page, from the same rows."""
    texts, since, declared = catalogue("backup"), [], place.inventory.repositories
    for one in declared:
        mine = [row for row in rows(place, objects) if row.repository == one.id]
        swept = newest(place, "sweep", one.id, good=False) is not None
        if mine and swept and all(row.state == "sound" for row in mine):
            since.append(min(row.last_verified_at for row in mine))
    if len(since) == len(declared):
        read = texts.text("vi", "all.read", at=local(min(since)))
    else:
        short = len(declared) - len(since)
        read = texts.text("vi", "all.unread", count=short, total=len(declared))
    drill = newest(place, "drill", "kho", good=False)
    if drill is not None and drill.ok:
        proved = texts.text("vi", "all.proved", at=local(drill.at))
    else:
        proved = texts.text("vi", "all.unproved", count=1, total=1)
    return f"{read}; {proved}"


def recomputed(place: Place) -> tuple[Told, ...]:
    each = [of_repository(place, one.id, one.copy_of) for one in place.inventory.repositories]
    return (*(one for repository in each for one in repository), *of_set(place))


def offsite(plain: Inventory) -> Inventory:
    values = with_copy(plain, exact=True).model_dump(mode="python")
    values["repositories"][1]["offsite"] = True
    return Inventory.model_validate(values)


def timeless(stated: Backups) -> Backups:
    """How long a restore takes is forecast, and has tests of its own."""
    sets = {
        name: msgspec.structs.replace(one, rto_seconds=None, rto_errors=())
        for name, one in stated.sets.items()
    }
    return msgspec.structs.replace(stated, sets=sets)


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_every_sentence_is_what_its_rows_say(bare: Place) -> None:
    seen: set[str] = set()
    short: list[str | None] = []

    def same() -> None:
        expected, stated = recomputed(bare), timeless(status(bare))
        assert sentences(stated, bare.inventory, "vi") == tuple(
            catalogue("backup").text("vi", key, **values) for key, values in expected
        )
        whole = in_one(stated, bare.inventory, "vi")
        assert whole == in_one_sentence(bare)
        short.append(whole)
        seen.update(key for key, _ in expected)

    same()
    (bare.source / "a.txt").write_text("một")
    bare.prepare()
    bare.inventory = offsite(bare.inventory)
    assert bare.back_up().ok
    same()
    for kind in ("sweep", "drill"):
        bare.later(hours=1)
        assert bare.prove(kind).ok
    same()
    assert bare.verifier.prove(bare.inventory, Job("copy", "ban-sao")).ok
    assert bare.verifier.prove(bare.inventory, Job("sweep", "ban-sao")).ok
    same()
    for _day in range(3):
        bare.later(days=1)
        assert bare.back_up().ok
    bare.later(days=2)
    bare.prove("watch")
    same()
    (bare.repository / "snapshots" / "la.txt").write_text("x")
    for pack in bare.files("data"):
        flip(pack, 40)
    with bare.store.write() as connection:
        holds.raise_(connection, "kho", "canary", "x", bare.now, "van-ban")
    for kind in ("sweep", "drill"):
        assert not bare.prove(kind).ok  # type: ignore[arg-type] # as above
    same()
    assert any(one and one.startswith("Mọi byte") and "mọi bộ" in one for one in short)
    assert any(one and "kho chưa" in one and "bộ chưa" in one for one in short)
    every = {
        key for key in catalogue("backup").texts["vi"] if key.startswith(("repository.", "set."))
    }
    unseen = {key for key in every - seen if not key.startswith("set.rto")}
    assert unseen == {"repository.elsewhere"}
