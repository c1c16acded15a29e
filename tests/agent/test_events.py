from __future__ import annotations

import json
import os
import signal
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen  # noqa: TID251 - a process is killed here for real

import pytest

from agent import survey
from agent.host import Event
from agent.host.recorded import opened
from agent.link import Link
from agent.parse.happenings import Service, origin
from agent.probes import read
from agent.report import Gap, Reading
from agent.service import Resident
from agent.settings import Settings
from agent.spool import Spool
from agent.windows import new_services
from agent.windows.events import DEFENDER, SECURITY, SYSTEM, query
from tests.agent import certificates, event_logs
from tests.agent.machines import NOON

AUDITING = "Microsoft-Windows-Security-Auditing"
AT = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)
LAN, DUC = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"


def event(number: int, code: int, **data: str) -> Event:
    return Event(number, code, AUDITING, AT + timedelta(seconds=number), data)


def failed(number: int, name: str, address: str = "-") -> Event:
    return event(
        number, 4625, TargetUserSid="S-1-0-0", TargetUserName=name, IpAddress=address, LogonType="2"
    )


def succeeded(number: int, name: str, sid: str) -> Event:
    return event(number, 4624, TargetUserSid=sid, TargetUserName=name, LogonType="2")


def windows(folder: Path, notes: dict[str, str] | None = None, **channels: list[Event]) -> Reading:
    """A reading of a PC with these channels; Security and System are always there."""
    events = folder / "events"
    events.mkdir(parents=True, exist_ok=True)
    for name in ("Security", "System", *channels):
        place = events / f"{DEFENDER.replace('/', '%4') if name == 'defender' else name}.evtx"
        place.write_bytes(event_logs.log(channels.get(name, [])))
    return read("events", opened(folder, NOON), notes)


def kinds(reading: Reading) -> list[str]:
    return [row["kind"] for row in reading.section]


def test_the_same_again_is_counted_and_its_first_time_kept(tmp_path: Path) -> None:
    tries = [failed(number, "lan", "8.8.8.8") for number in range(1, 6)]
    reading = windows(tmp_path, Security=tries)
    assert reading.section == [
        {
            "at": "2026-11-23T01:02:04Z",
            "kind": "logon-failed",
            "channel": "Security",
            "event_id": 4625,
            "record_id": 1,
            "origin": "external",
            "count": 5,
        }
    ]
    assert reading.gaps == ()


def test_a_logon_is_told_only_after_failures_of_the_same_account(tmp_path: Path) -> None:
    log = [
        succeeded(1, "lan", LAN),
        failed(2, "Duc"),
        succeeded(3, "lan", LAN),
        succeeded(4, "duc", DUC),
        succeeded(5, "duc", DUC),
    ]
    reading = windows(tmp_path, Security=log)
    assert kinds(reading) == ["logon-failed", "logon-after-failures"]
    assert (reading.section[1]["account_sid"], reading.section[1]["record_id"]) == (DUC, 4)


def test_no_name_and_no_address_leaves_the_pc(tmp_path: Path) -> None:
    log = [failed(1, "nguyen.thi.lan", "203.0.113.77"), succeeded(2, "nguyen.thi.lan", LAN)]
    told = json.dumps(windows(tmp_path, Security=log).section)
    assert "nguyen" not in told
    assert "203.0.113" not in told


def test_only_the_administrators_group_counts_whatever_its_name(tmp_path: Path) -> None:
    log = [
        event(1, 4732, TargetSid="S-1-5-32-545", TargetUserName="Administrators", MemberSid=LAN),
        event(2, 4732, TargetSid="S-1-5-32-544", TargetUserName="Администраторы", MemberSid=DUC),
    ]
    (row,) = windows(tmp_path, Security=log).section
    assert (row["kind"], row["account_sid"]) == ("administrator-added", DUC)


def test_every_channel_is_read_for_what_it_tells(tmp_path: Path) -> None:
    security = [
        event(1, 4720, TargetSid=LAN),
        event(2, 4740, TargetSid=LAN),
        event(3, 6416, DeviceId="USBSTOR\\Disk&Ven_Kingston"),
        event(4, 6416, DeviceId="HID\\VID_046D"),
        event(5, 1102, SubjectUserSid=DUC),
    ]
    defender = [event(number, 1114 + number) for number in range(1, 6)]
    defender += [event(6, 5001), event(7, 5010), event(8, 5012), event(9, 5007)]
    system = [event(7, 7045, ServiceName="x", AccountName="LocalSystem"), event(8, 7036)]
    reading = windows(tmp_path, Security=security, System=system, defender=defender)
    assert sorted(kinds(reading)) == sorted(
        [
            *("account-created", "account-locked", "usb-storage", "log-cleared"),
            *("malware-found", "malware-blocked", "malware-active", "malware-active"),
            *("service-installed", "protection-off", "protection-off", "protection-off"),
        ]
    )


def services(events: list[Event]) -> dict[int, Service]:
    return {one.record_id: new_services.service(one, ()) for one in events}


def test_the_next_reading_begins_where_this_one_ended(tmp_path: Path) -> None:
    log = [failed(1, "lan"), event(2, 4720, TargetSid=LAN)]
    first = windows(tmp_path / "1", Security=log)
    assert kinds(first) == ["logon-failed", "account-created"]
    again = windows(tmp_path / "2", dict(first.notes), Security=log)
    assert (again.section, dict(again.notes)) == ([], {})
    later = windows(
        tmp_path / "3", dict(first.notes), Security=[*log, event(3, 4740, TargetSid=LAN)]
    )
    assert kinds(later) == ["account-locked"]


def test_entries_overwritten_since_cost_nothing_and_are_no_clearing(tmp_path: Path) -> None:
    first = windows(tmp_path / "1", Security=[failed(1, "lan"), failed(2, "lan")])
    later = windows(tmp_path / "2", dict(first.notes), Security=[event(9, 4720, TargetSid=LAN)])
    assert kinds(later) == ["account-created"]


def test_a_log_whose_numbers_begin_anew_was_cleared_and_is_read_from_its_start(
    tmp_path: Path,
) -> None:
    first = windows(tmp_path / "1", Security=[failed(number, "lan") for number in range(1, 9)])
    hour = timedelta(hours=1)
    anew = [event(number, 4740, TargetSid=LAN)._replace(at=AT + hour) for number in range(1, 12)]
    later = windows(tmp_path / "2", dict(first.notes), Security=anew)
    assert kinds(later) == ["log-cleared", "account-locked"]
    assert later.section[1]["count"] == 11
    assert "event_id" not in later.section[0]


def test_a_clearing_that_the_log_tells_itself_is_told_once(tmp_path: Path) -> None:
    first = windows(tmp_path / "1", Security=[failed(number, "lan") for number in range(1, 9)])
    anew = [event(1, 1102, SubjectUserSid=DUC)._replace(at=AT + timedelta(hours=1))]
    later = windows(tmp_path / "2", dict(first.notes), Security=anew)
    assert [(row["kind"], row["event_id"]) for row in later.section] == [("log-cleared", 1102)]


def test_a_channel_that_cannot_be_read_is_a_gap_and_its_mark_stays(tmp_path: Path) -> None:
    first = windows(tmp_path, Security=[failed(1, "lan")])
    (tmp_path / "events" / "Security.evtx").write_bytes(b"noise" * 100)
    later = read("events", opened(tmp_path, NOON), dict(first.notes))
    assert (later.section, dict(later.notes)) == ([], {})
    assert [gap.field for gap in later.gaps] == ["Security"]


def test_a_log_damaged_in_part_tells_the_rest_and_what_is_missing(tmp_path: Path) -> None:
    place = tmp_path / "events" / "Security.evtx"
    first = windows(tmp_path, Security=[failed(1, "lan"), event(2, 4720, TargetSid=LAN)])
    log = [failed(1, "lan"), event(2, 4720, TargetSid=LAN), event(3, 4740, TargetSid=LAN)]
    data = bytearray(event_logs.log([*log, event(4, 1102, SubjectUserSid=DUC)]))
    # The fragment's first mark of the third entry, which was not told yet.
    start = [found for found in range(len(data)) if data[found : found + 4] == b"**\0\0"][2]
    data[start + 28] = 0x7E
    place.write_bytes(bytes(data))
    later = read("events", opened(tmp_path, NOON), dict(first.notes))
    assert kinds(later) == ["log-cleared"]
    (gap,) = later.gaps
    assert (gap.field, "record 3 is damaged" in gap.cause) == ("Security", True)
    again = read("events", opened(tmp_path, NOON), dict(later.notes))
    assert (again.section, again.gaps) == ([], later.gaps)


def test_the_first_question_is_for_a_day_and_every_other_for_what_came_after() -> None:
    assert "timediff(@SystemTime) <= 86400000" in query(SECURITY, 0)
    assert query(SYSTEM, 7) == "*[System[EventRecordID>7 and (EventID=104 or EventID=7045)]]"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("-", "local"),
        ("", "local"),
        ("127.0.0.1", "local"),
        ("::1", "local"),
        ("10.1.2.3", "internal"),
        ("fe80::1%3", "internal"),
        ("::ffff:192.168.1.9", "internal"),
        ("100.64.0.1", "external"),
        ("2001:ee0::1", "external"),
    ],
)
def test_an_address_is_told_by_where_it_is(address: str, expected: str) -> None:
    assert origin(address) == expected


def test_an_event_is_kept_with_its_mark_and_an_unchanged_silence_only_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    link = Link(Settings("127.0.0.1:1", "a", "00" * 32, "00" * 32), certificates.authority().pem)
    resident = Resident(tmp_path, spool, link, lambda: NOON, survey.tasks())
    task = next(task for task in survey.tasks() if task.kind == "events")
    readings = [
        Reading([]),
        Reading([], notes={"events:System": "5 x"}),
        Reading([{"kind": "log-cleared", "count": 1}], notes={"events:System": "6 x"}),
        Reading([], notes={"events:System": "7 x"}),
        Reading([], (Gap("System", "permission denied"),)),
        Reading([], (Gap("System", "permission denied"),)),
    ]
    for number, reading in enumerate(readings):
        resident._tell(task, survey.Taken(reading, 0.1), float(number))
    batch = spool.batch(1 << 20)
    assert batch is not None
    reports = json.loads(batch.body)["reports"]
    assert [len(row["section"]) + 2 * len(row["gaps"]) for row in reports] == [0, 1, 2]
    assert spool.notes("events:") == {"events:System": "7 x"}
    spool.close()


WRITER = """
    import sys
    from pathlib import Path
    from agent.spool import Spool
    spool = Spool(Path(sys.argv[1]))
    last = int(spool.noted("events:Security") or 0)
    while True:
        last += 1
        row = {"record_id": last, "kind": "logon-failed", "count": 1}
        spool.append("events", [row], at="2026-11-23T12:00:00Z", notes={"events:Security": str(last)})
        print(last, flush=True)
"""


def test_kill_9_at_any_moment_neither_loses_nor_doubles_an_event(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(path)]
    for after in (1, 4, 9, 17):
        with Popen(command, stdout=PIPE, env=dict(os.environ)) as writer:
            assert writer.stdout is not None
            for _, _line in zip(range(after), writer.stdout, strict=False):
                pass
            writer.send_signal(signal.SIGKILL)
    spool = Spool(path)
    batch = spool.batch(1 << 24)
    assert batch is not None
    told = [row["section"][0]["record_id"] for row in json.loads(batch.body)["reports"]]
    assert told == list(range(1, int(spool.noted("events:Security") or 0) + 1))
    assert len(told) >= 31
    spool.close()
