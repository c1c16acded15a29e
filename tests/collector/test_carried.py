"""A file from a PC without a network: the agent writes it, the collector takes it in once."""

from __future__ import annotations

import gzip
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from agent import carrying, invitation, taking
from agent.carrying import export
from agent.settings import Settings
from agent.spool import Spool
from collector import asks
from collector.audit import verify
from collector.carried import CarriedError, Imported, take_in
from collector.ingest import understood
from collector.joining import join_string, new_token, revoke
from collector.store.database import Store
from collector.store.tables import agents, reports
from collector.writing import write
from tests.agent.certificates import authority
from tests.collector.office import NOON, OFFICE, enrol, load

AT = "2026-11-23T11:00:00Z"


def settings(store: Store, **told: str) -> Settings:
    agent, shown = enrol(store, **told)
    return Settings("127.0.0.1:8443", agent, shown.rpartition(".")[2], "0" * 64)


def written(who: Settings, folder: Path, count: int = 3) -> Path:
    spool = Spool(folder / "spool.sqlite")
    for number in range(count):
        spool.append("load", load(number, 4.0 * number, 60.0 * number), at=AT)
    export(spool, who, folder / "out.ww", AT, carrying.wish(folder))
    spool.close()
    return folder / "out.ww"


def taken(store: Store, path: Path, now: datetime = NOON) -> Imported:
    return take_in(store, path, now, "cli", OFFICE)


def invited(store: Store, folder: Path, asset: str = "pc-01") -> Settings:
    """A PC that joined without a network, with three reports in its spool."""
    by = authority()
    with store.write() as connection:
        token = new_token(connection, NOON, OFFICE, "cli", asset)
    string = join_string("127.0.0.1:8443", by.pin, token)
    joined = invitation.accepted(invitation.Invited(asset, string, by.pem), "MAY-KHO", "linux")
    carrying.keep_wish(folder, joined.wish)
    return joined.settings


def stored(store: Store) -> int:
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(reports)).scalar_one()


def test_a_file_is_taken_in_once_however_often_it_comes(store: Store, tmp_path: Path) -> None:
    who = settings(store)
    path = written(who, tmp_path)
    first = taken(store, path)
    assert (first.agent, first.asset, first.joined) == (who.agent, "pc-01", False)
    assert (first.new, first.repeated, first.conflicting) == (3, 0, 0)
    again = taken(store, path, NOON + timedelta(hours=1))
    assert (again.new, again.repeated, again.conflicting) == (0, 3, 0)
    longer = taken(store, written(who, tmp_path, 2), NOON + timedelta(hours=2))
    assert (longer.new, longer.repeated) == (2, 3)
    assert stored(store) == 5
    with store.read() as connection:
        assert verify(connection).reason is None


def test_an_empty_spool_makes_a_file_that_is_taken_in(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path, 0)
    assert taken(store, path).new == 0


def test_a_changed_file_is_refused_whole(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path)
    text = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(text.replace(b'"seq":2', b'"seq":9')))
    with pytest.raises(CarriedError, match="changed"):
        taken(store, path)
    assert stored(store) == 0


def test_a_file_of_one_agent_is_never_another_s(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path)
    other = settings(store, asset="pc-02")
    text = gzip.decompress(path.read_bytes())
    own = json.loads(text.splitlines()[0])["agent"]
    path.write_bytes(gzip.compress(text.replace(own.encode(), other.agent.encode())))
    with pytest.raises(CarriedError, match="did not write it"):
        taken(store, path)


@pytest.mark.parametrize("state", ["pending", "revoked"])
def test_an_agent_that_may_not_report_may_not_by_stick_either(
    store: Store, tmp_path: Path, state: str
) -> None:
    path = written(settings(store, state=state), tmp_path)
    with pytest.raises(CarriedError, match="not approved"):
        taken(store, path)
    assert stored(store) == 0


def test_no_cut_and_no_foreign_file_is_taken_for_one(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path)
    whole, foreign = path.read_bytes(), tmp_path / "foreign"
    cuts = [whole[:place] for place in range(0, len(whole), 41)]
    lines = (b"", b"{}", b"\n\n", b"[" * 5000, b'{"wardwatch":"carried","version":2,"agent":"a"}')
    for data in (*cuts, b"text", *map(gzip.compress, lines)):
        foreign.write_bytes(data)
        with pytest.raises(CarriedError):
            taken(store, foreign)
    with pytest.raises(CarriedError, match="cannot be read"):
        taken(store, tmp_path / "none")
    assert stored(store) == 0


def test_a_bomb_is_not_unpacked(store: Store, tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(200_000_000), 1))
    with pytest.raises(CarriedError, match="longer"):
        taken(store, tmp_path / "bomb")


def test_the_answer_is_believed_by_that_agent_alone_and_lets_it_delete(
    store: Store, tmp_path: Path
) -> None:
    who = settings(store)
    path = written(who, tmp_path)
    answer = taken(store, path).answer.write(tmp_path)
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=AT)
    assert taking.take(spool, taking.read(answer, who)) == 3
    assert spool.waiting() == 1
    with pytest.raises(taking.TakingError, match="another PC"):
        taking.read(answer, settings(store, asset="pc-02"))
    spool.close()


def test_sticks_and_the_network_in_any_order_end_in_one_row_for_each_report(
    store: Store, tmp_path: Path
) -> None:
    """Thirty turns by chance: files old and new, online batches, answers late, twice or never."""
    who, chance = settings(store), random.Random(11)
    spool = Spool(tmp_path / "spool.sqlite")
    files: list[Path] = []
    answers: list[Path] = []
    for turn in range(30):
        for _ in range(chance.randrange(4)):
            spool.append("load", load(turn, 4.0 * turn, 60.0 * turn), at=AT)
        batch = spool.batch(600)
        if batch and chance.random() < 0.4:
            with store.write() as connection:
                write(connection, [understood(who.agent, batch.body, NOON)[0]])
            if chance.random() < 0.5:
                spool.acknowledge(batch.epoch, batch.seqs)
        files.append(tmp_path / f"out-{turn}.gz")
        export(spool, who, files[-1], AT)
        if chance.random() < 0.6:
            folder = tmp_path / f"stick-{turn}"
            folder.mkdir()
            answers.append(taken(store, chance.choice(files)).answer.write(folder))
        if answers and chance.random() < 0.5:
            taking.take(spool, taking.read(chance.choice(answers), who))
    for path in chance.sample(files, len(files)):
        assert taken(store, path).conflicting == 0
    assert stored(store) == spool.accepted() > 20
    spool.close()


def test_a_pc_without_a_network_is_let_in_with_its_first_reports(
    store: Store, tmp_path: Path
) -> None:
    who = invited(store, tmp_path)
    path = written(who, tmp_path)
    first = taken(store, path)
    assert (first.joined, first.asset, first.new) == (True, "pc-01", 3)
    again = taken(store, path)
    assert (again.joined, again.new, again.repeated) == (False, 0, 3)
    with store.read() as connection:
        row = connection.execute(select(agents)).one()
        assert verify(connection).reason is None
    assert (row.id, row.state, row.hostname) == (who.agent, "approved", "MAY-KHO")
    assert bytes(row.key_hash) == carrying.signing_key(who.secret)


def test_an_invitation_lets_nobody_in_that_is_not_its_own(store: Store, tmp_path: Path) -> None:
    who = invited(store, tmp_path)
    path = written(who, tmp_path)
    whole = gzip.decompress(path.read_bytes())
    header = json.loads(whole.splitlines()[0])
    for name, value in (("key", "0" * 64), ("token", "0" * 64), ("nonce", "0" * 32)):
        changed = {**header, "join": {**header["join"], name: value}}
        line = json.dumps(changed).encode()
        path.write_bytes(gzip.compress(whole.replace(whole.splitlines()[0], line)))
        with pytest.raises(CarriedError):
            taken(store, path)
    path.write_bytes(gzip.compress(whole.replace(who.agent.encode(), b"a" * 17)))
    with pytest.raises(CarriedError, match="did not make"):
        taken(store, path)
    path.write_bytes(gzip.compress(whole))
    with pytest.raises(CarriedError, match="too old"):
        taken(store, path, NOON + timedelta(days=2))
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(agents)).scalar_one() == 0
    assert stored(store) == 0
    assert taken(store, path).joined


def test_one_invitation_lets_in_one_key(store: Store, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    by = authority()
    with store.write() as connection:
        token = new_token(connection, NOON, OFFICE, "cli", "pc-01")
    text = join_string("127.0.0.1:8443", by.pin, token)
    paths = []
    for name in ("first", "second"):
        joined = invitation.accepted(invitation.Invited("pc-01", text, by.pem), name, "linux")
        carrying.keep_wish(tmp_path / name, joined.wish)
        paths.append(written(joined.settings, tmp_path / name))
    assert taken(store, paths[0]).joined
    with pytest.raises(CarriedError, match="did not write it"):
        taken(store, paths[1])


def test_who_was_shut_out_is_not_let_in_again_by_an_old_stick(store: Store, tmp_path: Path) -> None:
    who = invited(store, tmp_path)
    path = written(who, tmp_path)
    taken(store, path)
    with store.write() as connection:
        revoke(connection, NOON, "cli", who.agent)
    with pytest.raises(CarriedError, match="revoked"):
        taken(store, path)


def test_a_job_that_waits_is_not_handed_to_a_stick(store: Store, tmp_path: Path) -> None:
    path = written(settings(store), tmp_path)
    with store.write() as connection:
        for job, argument in (("report-now", None), ("backup", "tai-lieu")):
            asks.ask(connection, NOON, "pc-01", job, argument)
    taken(store, path)
    with store.write() as connection:
        handed = asks.hand_over(connection, NOON, ["pc-01"])
    assert [one.job for one in handed["pc-01"]] == ["report-now", "backup"]


def test_a_file_larger_than_any_spool_is_not_read(store: Store, tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)  # sparse: it takes no room
    with pytest.raises(CarriedError, match="larger"):
        taken(store, tmp_path / "huge")
