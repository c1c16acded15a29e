"""Devices that answer slowly, wrongly or without end: a gap with a cause, and the next one on time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from pysnmp.proto import rfc1902
from pysnmp.proto.api import v2c

from collector.devices.asking import Answer, Limits, read
from collector.devices.credentials import Credentials
from collector.devices.reading import DeviceReading
from collector.devices.snmp import Engines, Target
from collector.devices.understand import understood
from tests.collector.devices.making import numeric, printer
from tests.collector.devices.responder import Oid, answering, walk_of

ROOT: dict[Oid, Any] = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): rfc1902.OctetString("odd device"),
    (1, 3, 6, 1, 2, 1, 1, 2, 0): rfc1902.ObjectIdentifier("1.3.6.1.4.1.2435.2.3.9.1"),
}
TONER = (1, 3, 6, 1, 2, 1, 43, 11, 1, 1, 9)


def asked(*ports: int, limits: Limits | None = None, kind: str | None = None) -> list[Answer]:
    """All of them at the same time, by one engine."""

    async def all_of_them() -> list[Answer]:
        engines = Engines(timeout_seconds=0.3, retries=0)
        targets = [Target("127.0.0.1", Credentials(community="x"), port) for port in ports]
        try:
            reads = (read(engines, one, kind, limits or Limits(seconds=3)) for one in targets)
            return list(await asyncio.gather(*reads))
        finally:
            engines.close()

    return asyncio.run(all_of_them())


def values(walk: dict[str, Any]) -> dict[Oid, Any]:
    """A plain walk as SNMP values."""
    found: dict[Oid, Any] = {}
    for oid, value in walk.items():
        if isinstance(value, int):
            found[numeric(oid)] = rfc1902.Integer32(value)
        elif isinstance(value, bytes):
            found[numeric(oid)] = rfc1902.OctetString(value)
        else:
            found[numeric(oid)] = rfc1902.ObjectIdentifier(value)
    return found


def read_of(answer: Answer, kind: str | None = None) -> DeviceReading:
    return understood(kind, answer.walk, answer.gaps)


def test_a_silent_and_a_slow_device_cost_the_well_one_nothing() -> None:
    well = walk_of(values(printer({"Toner": (3, 100, 42)})))
    with (
        answering(lambda *_: None) as silent,
        answering(well, delay_seconds=0.15) as slow,
        answering(well) as quick,
    ):
        dead, late, fine = asked(silent, slow, quick, limits=Limits(seconds=1.0))
    assert dead.problem == "no answer"
    assert dead.walk == {}
    # The deadline is the whole device's, however readily it answers each single question.
    assert late.problem or any(gap.field == "device" for gap in late.gaps)
    assert fine.problem is None
    assert fine.seconds < late.seconds
    assert read_of(fine).supplies[0].ratio == 0.42


def test_a_walk_without_end_is_cut_off_and_said() -> None:
    def endless(kind: str, oids: Sequence[Oid], rows: int) -> list[tuple[Oid, Any]]:
        if kind == "get":
            return [(name, ROOT.get(name, v2c.NoSuchInstance())) for name in oids]
        found, at = [], list(oids)
        for _ in range(rows):
            at = [(*name[:-1], name[-1] + 1) if len(name) > 12 else (*name, 1) for name in at]
            found += [(name, rfc1902.Integer32(1)) for name in at]
        return found

    with answering(endless) as port:
        (answer,) = asked(port, limits=Limits(seconds=20, objects=400, column_objects=90))
    assert answer.problem is None
    assert len(answer.walk) <= 401
    assert any("cut off" in gap.cause for gap in answer.gaps)


def test_a_walk_that_turns_back_is_cut_off() -> None:
    def turning(kind: str, oids: Sequence[Oid], rows: int) -> list[tuple[Oid, Any]]:
        if kind == "get":
            return [(name, ROOT.get(name, v2c.NoSuchInstance())) for name in oids]
        one = [(*name[: len(TONER)], 1, 1) if len(name) > 11 else (*name, 1, 1) for name in oids]
        return [(name, rfc1902.Integer32(1)) for name in one] * rows

    with answering(turning) as port:
        (answer,) = asked(port)
    assert any("do not ascend" in gap.cause for gap in answer.gaps)


def test_bytes_that_are_no_snmp_are_no_answer() -> None:
    with answering(lambda *_: b"\x30\x82\xff\xff garbage") as port:
        (answer,) = asked(port, limits=Limits(seconds=2))
    assert answer.problem
    assert answer.walk == {}


def test_huge_and_negative_values_become_gaps_and_never_figures() -> None:
    walk = printer(
        {
            "Too full": (3, 100, 150),
            "Below zero": (3, 100, -7),
            "No share told": (3, 100, -2),
            "Some left": (3, 100, -3),
            "No capacity": (3, -2, 900),
        }
    )
    walk["1.3.6.1.2.1.1.2.0"] = "1.3.6.1.4.1.11.2.3.9.1"
    walk["1.3.6.1.2.1.43.10.2.1.4.1.1"] = -5
    walk["1.3.6.1.2.1.2.2.1.5.1"] = -1
    with answering(walk_of(values(walk))) as port:
        (answer,) = asked(port)
    reading = read_of(answer)
    told = {one.name: (one.ratio, one.state) for one in reading.supplies}
    assert told == {
        "Too full": (None, "unknown"),
        "Below zero": (None, "unknown"),
        "No share told": (None, "unknown"),
        "Some left": (None, "some-left"),
        "No capacity": (None, "some-left"),
    }
    assert {gap.field for gap in reading.gaps} >= {"supplies[Too full]", "supplies[Below zero]"}
    assert reading.pages is None
    assert reading.interfaces[0].speed_bits_per_second is None


def test_a_device_that_knows_no_getbulk_is_walked_step_by_step() -> None:
    well = walk_of(values(printer({"Toner": (3, 100, 42), "Drum": (9, 12000, 3000)})))
    with answering(lambda kind, *rest: None if kind == "bulk" else well(kind, *rest)) as port:
        (answer,) = asked(port)
    assert [one.ratio for one in read_of(answer).supplies] == [0.42, 0.25]


def test_a_hostile_name_is_one_harmless_line() -> None:
    walk = printer({"<script>\n=1+1\x00hidden": (3, 100, 42)})
    walk["1.3.6.1.2.1.1.5.0"] = b"A" * 4000
    with answering(walk_of(values(walk))) as port:
        (answer,) = asked(port)
    reading = read_of(answer)
    assert reading.supplies[0].name == "<script> =1+1"
    assert len(reading.name or "") == 200
