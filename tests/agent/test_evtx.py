from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as some

from agent.host import Event
from agent.parse import evtx
from tests.agent import event_logs, machines

AT = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)
SECURITY = "Microsoft-Windows-Security-Auditing"
FAILED = Event(
    41, 4625, SECURITY, AT, {"TargetUserSid": "S-1-0-0", "TargetUserName": "Lan", "LogonType": "2"}
)
MADE = Event(43, 4720, SECURITY, AT, {"TargetSid": "S-1-5-21-1-2-3-1005", "SamAccountName": "Đức"})


def test_events_come_out_as_they_were_logged() -> None:
    log = evtx.log(event_logs.log([FAILED, FAILED._replace(record_id=42), MADE]))
    assert log.cause is None
    assert log.events == (FAILED, FAILED._replace(record_id=42), MADE)


def test_parts_without_a_name_are_called_by_their_place() -> None:
    event = Event(1, 7045, "Service Control Manager", AT, {"0": "dịch vụ", "1": "C:\\x.exe"})
    assert evtx.log(event_logs.log([event])).events == (event,)


def test_what_lies_below_user_data_is_read_too() -> None:
    event = Event(9, 1102, "Microsoft-Windows-Eventlog", AT, {"SubjectUserSid": "S-1-5-21-7-1001"})
    assert evtx.log(event_logs.log([event], user_data=True)).events == (event,)


def test_several_chunks_are_told_by_record_number_whatever_their_order() -> None:
    log = evtx.log(event_logs.log([MADE], [FAILED]))
    assert [event.record_id for event in log.events] == [41, 43]


def test_a_foreign_file_is_no_log() -> None:
    assert evtx.log(b"PK\x03\x04") == evtx.Log((), "not an event log")


def test_a_damaged_record_costs_itself_alone() -> None:
    data = bytearray(event_logs.log([FAILED, MADE]))
    place = data.index(b"\x0f\x01\x01\x00\x0c", 4096 + 512)
    data[place + 4] = 0x7E
    log = evtx.log(bytes(data))
    # The second has a template of its own for its fields, and the outer one of the first.
    assert "record 41 is damaged" in (log.cause or "")
    assert [event.record_id for event in log.events] == [43]


def test_a_file_cut_short_tells_what_it_still_holds_and_that_it_was_cut() -> None:
    data = event_logs.log([FAILED, MADE])
    end = data.rindex(b"**\0\0") + 40
    log = evtx.log(data[:end])
    assert [event.record_id for event in log.events] == [41]
    assert log.cause is not None


OWN = event_logs.log([FAILED, FAILED._replace(record_id=42), MADE], [MADE._replace(record_id=50)])
USED = 4096 + 512 + 3000
"""The first chunk's records lie before; what follows is empty."""


@settings(max_examples=300, deadline=None)
@given(some.lists(some.tuples(some.integers(4096, USED), some.integers(0, 255)), max_size=6))
def test_no_damage_raises_or_hangs(damage: list[tuple[int, int]]) -> None:
    data = bytearray(OWN)
    for place, byte in damage:
        data[place] = byte
    log = evtx.log(bytes(data))
    assert all(event.at.tzinfo for event in log.events)


@settings(max_examples=100, deadline=None)
@given(some.binary(max_size=3000))
def test_any_bytes_in_a_chunk_are_events_or_a_cause(noise: bytes) -> None:
    data = bytearray(OWN[: 4096 + 65536])
    data[4096 + 512 : 4096 + 512 + len(noise)] = noise
    log = evtx.log(bytes(data))
    assert log.events or log.cause


def test_every_log_at_hand_is_read_to_its_end() -> None:
    for path in machines.recordings().glob("windows/*/events/*.evtx"):
        data = path.read_bytes()
        log = evtx.log(data)
        assert log.cause is None
        # A record begins with its mark, its size and its number.
        assert len(log.events) == data.count(b"**\0\0")
