"""Interruptions as rows: begun, judged by PCs and devices, ended, judged again by late votes; days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from collector.devices.known import Device
from collector.inventory.model import Inventory
from collector.line_readings import LineReading, LineSeen, LineVote, Link, Target
from collector.lines import days, interruptions, ledger
from collector.lines.interruptions import Interruption
from collector.lines.pins import pinned
from collector.lines.tables import days as day_table
from collector.lines.votes import COLLECTOR, chosen, of_vote, voters
from collector.readings import Load, System
from collector.state import Agent, Latest, Machine, State
from collector.store.database import Store
from tests.collector.office import NOON, OFFICE, enrol, report
from tests.collector.test_writing import batch, stored

LINE = OFFICE.lines[0]
GATEWAY, HOP = "192.168.1.1", "203.0.113.1"
DEVICES = [
    {"id": "ups", "kind": "ups", "name": "Bộ lưu điện"},
    {"id": "switch", "kind": "switch", "name": "Bộ chuyển mạch"},
    {"id": "router", "kind": "router", "name": "Bộ định tuyến", "address": GATEWAY},
]


def office(**changes: Any) -> Inventory:
    line = LINE.model_dump(exclude={"speed_test"}) | {"gateway": GATEWAY, "hop": HOP} | changes
    content = OFFICE.model_dump(exclude_none=True, by_alias=True) | {
        "lines": [{key: value for key, value in line.items() if value is not None}],
        "devices": DEVICES,
    }
    return Inventory.model_validate(content)


def target(name: str, answers: bool) -> Target:
    return Target(name, 0.004 if answers else None, None if answers else "timed out")


def look(at: datetime, up: bool, gateway: bool = True, hop: bool | None = None) -> LineReading:
    told = tuple(target(one, up) for one in LINE.targets)
    beyond = target(HOP, up if hop is None else hop)
    return LineReading("vnpt", at, up, told, target(GATEWAY, gateway), beyond, link_up=True)


def vote(up: bool, gateway: bool = True, hop: bool | None = None) -> LineVote:
    seen = LineSeen(
        "vnpt",
        tuple(target(one, up) for one in LINE.targets),
        target(HOP, up if hop is None else hop),
    )
    return LineVote(Link("eth0", up=True), target(GATEWAY, gateway), lines=(seen,))


def machine(asset: str, now: datetime, told: LineVote | None = None, report_id: int = 1) -> Machine:
    agent = Agent(f"a-{asset}", asset, "approved", asset, NOON, now)
    line = Latest(report_id, now, now, told) if told else None
    return Machine(asset, agent, load=Latest(1, now, now, Load()), line=line)


def seconds(count: float) -> datetime:
    return NOON + timedelta(seconds=count)


def followed(
    store: Store,
    looks: Sequence[LineReading],
    now: datetime,
    machines: dict[str, Machine] | None = None,
    devices: dict[str, Device] | None = None,
) -> list[Interruption]:
    """The rows after one round, with these looks recorded."""
    state = State(machines or {}, {"vnpt": tuple(reversed(looks))}, devices or {})
    with store.write() as connection:
        known = {at for at, _ in ledger.looks(connection, "vnpt", NOON - timedelta(days=2), now)}
        for one in looks:
            if one.at not in known:
                ledger.record(connection, one)
        interruptions.follow(connection, office(), state, now)
        return list(interruptions.recent(connection, "vnpt", NOON - timedelta(days=1)))


def test_an_interruption_begins_is_blamed_and_ends_as_one_row(store: Store) -> None:
    looks = [look(NOON, True), look(seconds(10), False), look(seconds(70), False)]
    now = seconds(75)
    voted = {name: machine(name, now, vote(False), n) for n, name in enumerate(("pc-01", "pc-02"))}
    (row,) = followed(store, looks, now, voted)
    assert (row.began_at, row.ended_at, row.party) == (seconds(10), None, "provider-access")
    assert {one.asset for one in row.votes} == {"may-chu", "pc-01", "pc-02"}
    looks.append(look(seconds(130), True))
    (row,) = followed(store, looks, seconds(131), voted)
    assert (row.ended_at, row.party) == (seconds(130), "provider-access")
    assert row.seconds(seconds(9999)) == 120


def test_what_becomes_unknown_again_keeps_the_verdict_that_stood(store: Store) -> None:
    looks = [look(NOON, True), look(seconds(10), False), look(seconds(70), False)]
    now = seconds(75)
    voted = {name: machine(name, now, vote(False), 7) for name in ("pc-01", "pc-02")}
    followed(store, looks, now, voted)
    # The votes grow old while the line is still down.
    (row,) = followed(store, [*looks, look(seconds(180), False)], seconds(181), voted)
    assert row.party == "provider-access"
    assert [one.report for one in row.votes if one.asset != "may-chu"] == [7, 7]


def test_pcs_that_were_cut_off_too_are_heard_once_they_are_back(store: Store) -> None:
    looks = [look(NOON, True), look(seconds(10), False, gateway=False, hop=False)]
    (row,) = followed(store, looks, seconds(20))
    assert row.party == "unknown"
    looks.append(look(seconds(100), True))
    telling = LineVote(Link("eth0", up=True), target(GATEWAY, False), lines=vote(False).lines)
    for asset in ("pc-01", "pc-02"):
        agent, _ = enrol(store, asset)
        told = report(1, at=seconds(60).isoformat(), kind="line", section=_section(telling))
        stored(store, batch(agent, told, minutes=2))
    machines = {name: machine(name, seconds(120)) for name in ("pc-01", "pc-02")}
    (row,) = followed(store, looks, seconds(125), machines)
    assert (row.party, row.because) == ("router", "router-silent")
    with store.read() as connection:
        assert interruptions.cited(connection) == {
            one.report for one in row.votes if one.report is not None
        }


def _section(told: LineVote) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(told)
    return found


def test_a_hole_in_the_looks_ends_an_interruption_where_it_begins(store: Store) -> None:
    looks = [look(seconds(at), False) for at in (0, 30, 60)] + [look(seconds(3600), False)]
    rows = followed(store, looks, seconds(3605))
    assert [(one.began_at, one.ended_at) for one in rows] == [
        (seconds(3600), None),
        (seconds(0), seconds(60)),
    ]


def test_each_day_is_summed_once_after_it_ended_and_not_while_it_runs(store: Store) -> None:
    begin = datetime(2026, 11, 22, 17, tzinfo=UTC)  # midnight in Viet Nam, a Monday begins
    with store.write() as connection:
        for minute in range(0, 24 * 60, 2):
            up = not 600 <= minute < 620  # 10:00 to 10:20
            ledger.record(connection, look(begin + timedelta(minutes=minute), up))
    inventory = office()
    assert days.make(store, inventory, begin + timedelta(hours=23)) == 0
    assert days.make(store, inventory, begin + timedelta(hours=25)) == 1
    assert days.make(store, inventory, begin + timedelta(hours=26)) == 0
    with store.read() as connection:
        (row,) = connection.execute(select(day_table)).all()
        found = days.by_day(
            connection, inventory, inventory.lines[0], date(2026, 11, 22), date(2026, 11, 23), NOON
        )
    assert (row.line, row.day, row.interruptions) == ("vnpt", "2026-11-23", 1)
    assert (row.all_seconds, row.all_up_seconds) == (86400, 86400 - 1200)
    assert (row.office_seconds, row.office_up_seconds) == (27000, 27000 - 1200)
    assert found[date(2026, 11, 22)].all_seconds == 0
    assert found[date(2026, 11, 22)].all_ratio is None


def test_voters_are_those_declared_else_some_that_speak_and_go_out_by_this_line() -> None:
    machines = {name: machine(name, NOON) for name in ("pc-01", "pc-02", "may-chu")}
    line = office().lines[0]
    assert set(voters(office(), line, machines, NOON)) == {"pc-01", "pc-02"}  # not the collector
    declared = office(voters=["pc-02"]).lines[0]
    assert voters(office(), declared, machines, NOON) == ("pc-02",)
    silent = machines | {"pc-01": machine("pc-01", NOON - timedelta(minutes=10))}
    assert voters(office(), line, silent, NOON) == ("pc-02",)
    elsewhere = Latest(1, NOON, NOON, System(gateway="10.9.9.9"))
    away = machines | {"pc-01": msgspec.structs.replace(machines["pc-01"], system=elsewhere)}
    assert voters(office(), line, away, NOON) == ("pc-02",)
    assert chosen(office(), machines, NOON) == {"a-pc-01": ("vnpt",), "a-pc-02": ("vnpt",)}


def test_who_answered_lately_stays_a_voter_and_the_others_take_turns() -> None:
    names = [f"pc-{number:02}" for number in range(1, 8)]
    content = OFFICE.model_dump(exclude_none=True, by_alias=True)
    content["machines"] = [{"id": one, "profile": "co-ban", "room": "1"} for one in names]
    inventory = Inventory.model_validate(content)
    machines = {name: machine(name, NOON) for name in names}
    machines["pc-06"] = machine("pc-06", NOON, vote(True))
    first = voters(inventory, inventory.lines[0], machines, NOON)
    assert first[0] == "pc-06"
    assert len(first) == 3
    turns = {
        name
        for hour in range(7)
        for name in voters(
            inventory,
            inventory.lines[0],
            {key: _later(one, hour) for key, one in machines.items()},
            NOON + timedelta(hours=hour),
        )
    }
    assert turns == set(names)


def _later(one: Machine, hours: int) -> Machine:
    at = NOON + timedelta(hours=hours)
    told = one.line.value if one.line else None
    return machine(one.asset, at, told)


def test_a_vote_by_another_gateway_says_nothing_of_this_line() -> None:
    line = office().lines[0]
    other = msgspec.structs.replace(vote(True), gateway=target("10.0.0.1", True))
    assert of_vote("pc-01", 1, other, line) is None
    assert of_vote("pc-01", 1, LineVote(), line) is None
    unplugged = msgspec.structs.replace(vote(False), gateway=None)
    found = of_vote("pc-01", 1, unplugged, line)
    assert found is not None
    assert found.link is False  # no route: no network, whatever the cable says
    assert found.asset != COLLECTOR


def test_pins_hold_addresses_only_where_names_would_have_to_be_asked_for() -> None:
    told = pinned(office(gateway="router.example", services=["dichvucong.gov.vn:443"]))["lines"]
    assert "gateway" not in told["vnpt"]
    assert told["vnpt"]["hop"] == HOP
    assert told["vnpt"]["services"] == ["dichvucong.gov.vn:443"]
    assert "speed" not in told["vnpt"]
