"""What happened and changed lately: followed report by report, forgotten after ninety days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from collector import changes
from collector.ingest import understood
from collector.inventory.lists import SoftwareLists
from collector.lately import KEPT, Following, Lately, Service, matches
from collector.live import Live
from collector.store.database import Store
from collector.writing import write
from tests.collector.office import EPOCH, NOON, enrol, report

NOTHING = SoftwareLists()


class Played:
    """One agent that sends, and a process that follows."""

    def __init__(self, store: Store) -> None:
        self.store, self.live, self.following = store, Live(store), Following(store)
        self.agent, _ = enrol(store)
        self.now = NOON

    def send(self, seq: int, kind: str, section: Any, epoch: str = EPOCH) -> None:
        self.now += timedelta(seconds=1)
        body = msgspec.json.encode(
            {"version": 1, "epoch": epoch, "reports": [report(seq, kind, section)]}
        )
        batch, invalid = understood(self.agent, body, self.now)
        assert not invalid
        with self.store.write() as connection:
            write(connection, [batch])

    def lately(self, lists: SoftwareLists = NOTHING) -> Lately:
        return self.following.refresh(self.live.refresh(), lists, self.now)


def happening(kind: str, at: str = "2026-11-23T11:50:00Z", **more: Any) -> dict[str, Any]:
    return {"at": at, "kind": kind, "channel": "Security", "count": 1, **more}


def kinds(lately: Lately) -> list[str]:
    return [one.kind for one in lately.happened.get("pc-01", ())]


def test_an_event_stays_when_the_next_one_comes_and_is_there_after_a_restart(store: Store) -> None:
    played = Played(store)
    played.send(1, "events", [happening("log-cleared", count=2)])
    assert kinds(played.lately()) == ["log-cleared"]
    played.send(2, "events", [happening("account-created", account_sid="S-1-5-21-1")])
    assert kinds(played.lately()) == ["log-cleared", "account-created"]
    first, second = played.lately().happened["pc-01"]
    assert (first.count, second.account) == (2, "S-1-5-21-1")
    assert kinds(Following(store).refresh(Live(store).refresh(), NOTHING, played.now)) == [
        "log-cleared",
        "account-created",
    ]


def test_a_service_is_told_where_its_place_is_and_by_an_old_agent_not_at_all(store: Store) -> None:
    played = Played(store)
    rows: list[dict[str, Any]] = [
        {"name": "PSEXESVC", "program": "PSEXESVC.exe", "place": "admin-share"},
        {"place": "public"},
        {"name": "x", "program": "x.exe"},
        {},
    ]
    played.send(1, "events", [happening("service-installed", **row) for row in rows])
    assert [one.service for one in played.lately().happened["pc-01"]] == [
        Service("PSEXESVC", "PSEXESVC.exe", "admin-share"),
        Service("", "", "public"),
        None,
        None,
    ]


def test_an_event_that_comes_late_and_out_of_order_is_told_once(store: Store) -> None:
    played = Played(store)
    played.send(9, "events", [happening("log-cleared")])
    assert kinds(played.lately()) == ["log-cleared"]
    played.send(3, "events", [happening("malware-found")])
    played.send(3, "events", [happening("malware-found")])
    assert kinds(played.lately()) == ["log-cleared", "malware-found"]


def test_an_event_is_told_also_after_the_collectors_clock_was_set_back(store: Store) -> None:
    played = Played(store)
    played.send(1, "load", {"uptime_seconds": 600})
    played.lately()
    played.now -= timedelta(hours=1)
    played.send(2, "events", [happening("log-cleared")])
    assert kinds(played.lately()) == ["log-cleared"]


def test_the_pcs_clock_tells_when_unless_it_cannot_be_right(store: Store) -> None:
    played = Played(store)
    ahead = (NOON + timedelta(hours=1)).isoformat()
    played.send(1, "events", [happening("log-cleared", ahead), happening("usb-storage")])
    lately = played.lately().happened["pc-01"]
    assert [one.at for one in lately] == [played.now, NOON - timedelta(minutes=10)]


def test_after_ninety_days_an_event_is_left_to_its_incident(store: Store) -> None:
    played = Played(store)
    played.send(1, "events", [happening("log-cleared")])
    assert kinds(played.lately()) == ["log-cleared"]
    played.now += KEPT
    played.send(2, "events", [happening("usb-storage")])
    assert kinds(played.lately()) == ["usb-storage"]


def test_a_change_comes_with_its_values_and_its_report(store: Store) -> None:
    played = Played(store)
    played.send(1, "hardware", {"memory": {"total_bytes": 16}})
    played.send(2, "hardware", {"memory": {"total_bytes": 8}})
    assert played.lately().changed == {}
    changes.follow(store)
    (one,) = played.lately().changed["pc-01"]
    assert (one.path, one.before, one.after) == ("memory.total_bytes", 16, 8)
    assert played.lately().changed == {"pc-01": (one,)}


def test_a_declared_loss_is_told_by_asset(store: Store) -> None:
    played = Played(store)
    section = {"cause": "spool-full", "from_seq": 1, "to_seq": 4, "count": 4}
    played.send(5, "loss", section)
    (lost,) = played.lately().lost["pc-01"]
    assert (lost.cause, lost.count) == ("spool-full", 4)


def test_forbidden_programs_are_known_by_the_newest_list_and_a_changed_list_is_read_anew(
    store: Store,
) -> None:
    played = Played(store)
    torrent = SoftwareLists(forbidden=("*torrent*",))
    packages = [{"name": "uTorrent"}, {"name": "LibreOffice"}]
    played.send(1, "software", {"packages": packages, "sources": {"registry": "complete"}})
    assert played.lately(torrent).forbidden == {"pc-01": ("uTorrent",)}
    other = SoftwareLists(forbidden=("libre*",))
    assert played.lately(other).forbidden == {"pc-01": ("LibreOffice",)}
    played.send(2, "software", {"packages": [], "sources": {"registry": "complete"}})
    assert played.lately(other).forbidden == {"pc-01": ()}


def test_of_the_lists_only_the_star_is_a_sign() -> None:
    assert matches("Foo [x64] 1.0", ["foo [X64]*"])
    assert not matches("Foo x 1.0", ["foo [x64]*"])
    assert not matches("Foos", ["foo?"])
