from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from agent.report import Gap
from agent.spool import Batch, Spool
from agent.spool_limits import Limits

NOON = "2026-11-23T12:00:00Z"
LARGE = 1 << 20


def the_batch(spool: Spool, limit_bytes: int = LARGE) -> Batch:
    batch = spool.batch(limit_bytes)
    assert batch is not None
    return batch


def reports(spool: Spool) -> list[dict[str, Any]]:
    batch = spool.batch(1 << 30)
    return json.loads(batch.body)["reports"] if batch else []


def test_what_was_appended_comes_out_as_the_wire_has_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    assert spool.append("load", {"a": "Phường"}, (Gap("b", "c"),), at=NOON, cpu_seconds=0.25) == 1
    batch = the_batch(spool)
    assert json.loads(batch.body) == {
        "version": 1,
        "epoch": spool.epoch,
        "reports": [
            {
                "seq": 1,
                "kind": "load",
                "at": NOON,
                "section": {"a": "Phường"},
                "gaps": [{"field": "b", "cause": "c"}],
                "cpu_seconds": 0.25,
            }
        ],
    }
    assert batch.seqs == (1,)
    spool.close()


def test_a_number_is_never_given_twice_not_even_after_all_was_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    assert spool.acknowledge(spool.epoch, [1]) == 1
    spool.close()
    again = Spool(tmp_path / "spool.sqlite")
    assert again.append("load", {}, at=NOON) == 2
    assert (again.accepted(), again.waiting(), again.noted("stored")) == (2, 1, "1")
    again.close()


def test_what_is_struck_is_sent_no_more_and_goes_with_the_next_report(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.append("load", {}, at=NOON)
    assert spool.strike("0" * 32, [1]) == 0
    assert spool.strike(spool.epoch, [1, 7]) == 1
    assert spool.strike(spool.epoch, [1]) == 0
    assert (spool.batch(1 << 20), spool.waits(), spool.waiting()) == (None, False, 0)
    beside = Spool(path)
    assert beside.waiting() == 1
    assert spool.append("load", {}, at=NOON) == 2
    assert (beside.waiting(), beside.noted("stored")) == (1, "1")
    batch = spool.batch(1 << 20)
    assert batch is not None
    assert batch.seqs == (2,)
    beside.close()
    spool.close()


def test_what_is_struck_is_deleted_at_the_end_and_sent_again_after_a_hard_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.append("load", {}, at=NOON)
    spool.strike(spool.epoch, [1])
    killed = Spool(path)  # what a process finds that knows nothing of the strike
    assert killed.waiting() == 1
    killed.close()
    spool.close()
    again = Spool(path)
    assert (again.waiting(), again.noted("stored")) == (0, "1")
    again.close()


def test_an_acknowledgement_of_another_epoch_deletes_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    assert spool.acknowledge("0" * 32, [1]) == 0
    assert spool.waiting() == 1
    spool.close()


def test_a_batch_holds_as_much_as_fits_and_always_at_least_one(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    for _ in range(10):
        spool.append("load", {"text": "x" * 1000}, at=NOON)
    assert the_batch(spool, 10).seqs == (1,)
    assert len(the_batch(spool, 4000).seqs) == 3
    assert len(the_batch(spool, 4000).body) <= 4000
    spool.close()


def test_a_section_too_large_to_be_sent_becomes_a_gap(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("hardware", {"text": "x" * (1 << 20)}, at=NOON)
    row = reports(spool)[0]
    assert row["section"] == {}
    assert "more than can be sent" in row["gaps"][0]["cause"]
    spool.close()


def test_snapshots_go_before_events_and_every_drop_is_declared(tmp_path: Path) -> None:
    limits = Limits(size_bytes=200_000)
    spool = Spool(tmp_path / "spool.sqlite", limits)
    for number in range(400):
        kind = "presence" if number % 20 == 0 else "load"
        spool.append(kind, {"number": number, "text": "x" * 1000}, at=NOON)
    rows = reports(spool)
    events = [row for row in rows if row["kind"] == "presence"]
    losses = [row["section"] for row in rows if row["kind"] == "loss"]
    assert len(events) == 20
    assert rows[-1]["section"]["number"] == 399
    # No silent loss: accepted = waiting + declared (declarations are accepted themselves).
    assert spool.accepted() == len(rows) + sum(loss["count"] for loss in losses)
    spool.close()


def test_events_go_last_and_are_declared_too(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", Limits(size_bytes=100_000))
    for number in range(200):
        text = secrets.token_hex(1000)  # nothing that packing makes small
        spool.append("presence", {"number": number, "text": text}, at=NOON)
    rows = reports(spool)
    losses = [row["section"] for row in rows if row["kind"] == "loss"]
    assert losses
    assert spool.accepted() == len(rows) + sum(loss["count"] for loss in losses)
    spool.close()


def test_days_are_counted_by_readings_so_that_a_wrong_clock_does_not_empty_the_spool(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite", Limits(days=3))
    for day in ("2026-11-01", "2026-11-02", "2036-11-02"):
        spool.append("load", {"day": day}, at=f"{day}T08:00:00Z")
    assert spool.waiting() == 3
    spool.append("load", {"day": "later"}, at="2026-11-03T08:00:00Z")
    kinds = [(row["kind"], row["section"].get("day")) for row in reports(spool)]
    assert ("load", "2026-11-01") not in kinds
    assert ("load", "2036-11-02") in kinds
    assert [kind for kind, _ in kinds].count("loss") == 1
    spool.close()


def test_refused_reports_are_given_up_with_their_cause(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    spool.discard([1], "refused: malformed", at=NOON)
    rows = reports(spool)
    assert [(row["kind"], row["section"]["cause"]) for row in rows] == [
        ("loss", "refused: malformed")
    ]
    spool.close()


def test_the_file_is_for_this_account_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append("load", {}, at=NOON)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    spool.close()


def test_full_durability_is_switched_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    assert spool._file.execute("PRAGMA synchronous").fetchone() == (2,)
    assert spool._file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    spool.close()


def test_a_week_without_a_network_fits_in_twenty_megabytes(tmp_path: Path) -> None:
    """As a PC with two disks writes it: loads by the minute, security by five, inventory by day."""
    disks = [
        {"mount": f"/{name}", "type": "ext4", "total_bytes": 1 << 40, "available_bytes": 1 << 39}
        for name in ("", "home")
    ]
    checks = [
        {
            "id": f"check-{number}",
            "verdict": "fail",
            "source": "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess",
            "observed": f"{number} of 3 profiles are on, public is off",
        }
        for number in range(40)
    ]
    software = [{"name": f"Phần mềm {n}", "version": f"{n}.{n * 7}"} for n in range(400)]
    spool = Spool(tmp_path / "spool.sqlite")
    spool._file.execute("PRAGMA synchronous=OFF")  # the size is asked for, not the disk's patience
    for minute in range(7 * 24 * 60):
        at = f"2026-11-{23 + minute // 1440}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
        network = {"in_bytes_total": minute * 98765, "out_bytes_total": minute * 4321}
        cpu = {"cores": 4, "busy_seconds_total": minute * 1.37, "seconds_total": minute * 240.04}
        memory = {"total_bytes": 8 << 30, "available_bytes": (4 << 30) + minute * 4096}
        section = {"cpu": cpu, "memory": memory, "filesystems": disks, "disk": network}
        spool.append("load", {**section, "network": network, "uptime_seconds": minute * 60}, at=at)
        if minute % 5 == 0:
            spool.append("security", {"checks": checks, "n": minute}, at=at, cpu_seconds=0.4)
        if minute % 1440 == 0:
            for kind in ("hardware", "system", "software"):
                spool.append(kind, {"packages": software, "n": minute}, at=at)
    assert spool.accepted() == spool.waiting()
    spool.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 20_000_000


def test_a_long_report_is_kept_packed_and_comes_out_as_it_went_in(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    section = {"text": "Phường " * 10_000}
    spool.append("hardware", section, at=NOON)
    assert reports(spool)[0]["section"] == section
    spool.close()
    assert path.stat().st_size < 30_000
