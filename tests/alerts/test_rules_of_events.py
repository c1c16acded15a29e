"""Rules of what happened and what changed: from the first sign on, until the officer explained it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.past import Past
from alerts.rules import RULES, events
from collector.happenings import Events
from collector.lately import Altered, Lost, Occurrence
from collector.readings import Gap
from collector.software import Installed
from collector.state import Latest
from tests.alerts.builders import HARDWARE, LOAD, NOON, agent, finding, latest, machine, office

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KINDS = {
    rule.id: sorted(rule.judge.args[1])  # type: ignore[attr-defined]
    for rule in RULES.values()
    if getattr(rule.judge, "func", None) is events.judge
}
TELLS = {"events": latest(Events(()), 30)}


def event(kind: str, ago: timedelta = MINUTE, count: int = 1, **more: Any) -> Occurrence:
    fields: dict[str, Any] = {"at": NOON - ago, "received_at": NOON - ago, "report": 40} | more
    return Occurrence(kind, count=count, **fields)


def told(rule: str, *happened: Occurrence, explained: timedelta | None = None, **more: Any) -> Any:
    done = {} if explained is None else {(rule, "pc-1"): NOON - explained}
    past = Past(happened={"pc-1": happened}, explained=done)
    here = office(machine(**(TELLS | more)))
    return finding(rule, "pc-1", replace_past(here, past))


def replace_past(here: Any, past: Past) -> Any:
    return replace(here, past=past)


def said(found: Any) -> tuple[str, str]:
    return found.verdict, found.because


@pytest.mark.parametrize("rule", KINDS)
def test_an_event_fails_names_its_report_and_is_quiet_again_once_explained(rule: str) -> None:
    for kind in KINDS[rule]:
        found = told(rule, event(kind))
        assert said(found) == ("fail", "happened")
        assert found.evidence[0].report == 40
        assert found.signal_at == NOON - MINUTE
        assert found.kind == ("security" if RULES[rule].opens_incident else "operational")
        assert said(told(rule, event(kind), explained=timedelta(0))) == ("pass", "quiet")
        later = told(rule, event(kind, 2 * MINUTE), event(kind), explained=MINUTE * 1.5)
        assert (later.verdict, later.values["count"]) == ("fail", 1)


@pytest.mark.parametrize("rule", KINDS)
def test_an_event_stays_where_it_opens_an_incident_and_a_week_where_not(rule: str) -> None:
    week = event(KINDS[rule][0], 7 * DAY)
    more = event(KINDS[rule][0], 7 * DAY + MINUTE)
    assert told(rule, week).verdict == "fail"
    assert told(rule, more).verdict == ("fail" if RULES[rule].opens_incident else "pass")


@pytest.mark.parametrize(
    "rule",
    [
        *KINDS,
        *("account-outside-hours", "brute-force", "logon-after-failures", "malware-active"),
        "service-installed",
    ],
)
def test_a_pc_that_tells_no_events_is_unknown(rule: str) -> None:
    assert said(told(rule, events=None)) == ("unknown", "never-read")
    unread = Latest(30, NOON, NOON, Events(None), (Gap("Security", "access denied"),))
    found = told(rule, events=unread)
    assert (said(found), found.values["reason"]) == (("unknown", "unread"), "access denied")
    assert said(told(rule, events=latest(Events(()), 30, 15 * DAY))) == ("unknown", "stale")
    assert said(told(rule)) == ("pass", "quiet")


def test_a_load_after_the_events_proves_that_nothing_more_came() -> None:
    fresh = told("log-cleared", events=latest(Events(()), 30, HOUR), load=latest(LOAD, 31))
    assert [one.report for one in fresh.evidence] == [30, 31]


def test_ten_failed_sign_ins_within_an_hour_are_an_attack() -> None:
    nine = [event("logon-failed", (60 - 5 * i) * MINUTE) for i in range(9)]
    assert said(told("brute-force", *nine)) == ("pass", "quiet")
    tenth = event("logon-failed", timedelta(0))
    assert said(told("brute-force", *nine, tenth)) == ("fail", "tried")
    early = event("logon-failed", 81 * MINUTE)
    assert said(told("brute-force", early, *nine)) == ("pass", "quiet")
    assert said(told("brute-force", event("logon-failed", 80 * MINUTE), *nine))[0] == "fail"
    outside = event("logon-failed", MINUTE, 10, origin="external")
    assert said(told("brute-force", outside)) == ("fail", "from-outside")


def test_a_slip_of_the_hand_before_a_sign_in_is_no_guessing() -> None:
    worked = event("logon-after-failures", timedelta(0))
    assert told("logon-after-failures", event("logon-failed"), worked).verdict == "pass"
    ten = event("logon-failed", 59 * MINUTE, 10)
    found = told("logon-after-failures", ten, worked)
    assert (said(found), found.values["tries"]) == (("fail", "guessed"), 10)
    before = event("logon-failed", 61 * MINUTE, 10)
    assert told("logon-after-failures", before, worked).verdict == "pass"
    assert RULES["logon-after-failures"].level == "M2"


def test_malware_that_was_found_and_not_blocked_is_at_work_after_ten_minutes() -> None:
    rule = "malware-active"
    assert said(told(rule, event("malware-active"))) == ("fail", "active")
    assert told(rule, event("malware-found", 10 * MINUTE)).verdict == "pass"
    late = event("malware-found", 10 * MINUTE + timedelta(seconds=1))
    assert said(told(rule, late)) == ("fail", "unanswered")
    assert told(rule, late, event("malware-blocked")).verdict == "pass"


def test_an_account_made_while_the_office_is_closed_is_told_apart() -> None:
    at_night = event("account-created", at=NOON - 10 * HOUR)  # 02:00 in Viet Nam
    by_day = event("account-created", at=NOON)
    assert told("account-outside-hours", at_night).verdict == "fail"
    assert told("account-outside-hours", by_day).verdict == "pass"
    opening, closing = NOON - 4.5 * HOUR, NOON + 5 * HOUR  # 07:30 and 17:00
    assert told("account-outside-hours", event("account-created", at=opening)).verdict == "pass"
    assert told("account-outside-hours", event("account-created", at=closing)).verdict == "fail"


DISK = {"name": "sda", "serial": "S1", "model": "SSD cũ", "bus": "sata"}
NEW = {"name": "sda", "serial": "S2", "model": "SSD mới", "bus": "sata"}


def gone(path: str, value: Any, ago: timedelta = HOUR, kind: str = "hardware") -> Altered:
    return Altered(kind, path, value, None, 50, NOON - ago)


def came(path: str, value: Any, ago: timedelta = HOUR, kind: str = "hardware") -> Altered:
    return Altered(kind, path, None, value, 51, NOON - ago)


def changed(rule: str, *rows: Altered, explained: timedelta | None = None, **changes: Any) -> Any:
    done = {} if explained is None else {(rule, "pc-1"): NOON - explained}
    past = Past(changed={"pc-1": rows}, explained=done)
    software = latest(Installed(3, True, (), ()), 6)
    here = office(machine(software=software, hardware=latest(HARDWARE, 52)), **changes)
    return finding(rule, "pc-1", replace_past(here, past))


def test_a_disk_that_went_is_removed_and_with_another_in_its_place_swapped() -> None:
    alone = (gone("disks[S1]", DISK),)
    assert said(changed("hardware-removed", *alone)) == ("fail", "removed")
    assert said(changed("disk-swapped", *alone)) == ("pass", "unaltered")
    both = (*alone, came("disks[S2]", NEW))
    assert said(changed("hardware-removed", *both)) == ("pass", "unaltered")
    found = changed("disk-swapped", *both)
    assert said(found) == ("fail", "swapped")
    assert (found.values["old"], found.values["new"]) == ("SSD cũ", "SSD mới")
    assert [one.report for one in found.evidence] == [50, 51]
    weeks = (gone("disks[S1]", DISK, 3 * DAY), came("disks[S2]", NEW, HOUR))
    assert changed("hardware-removed", *weeks).verdict == "fail"
    assert changed("disk-swapped", *both, explained=MINUTE).verdict == "pass"


def test_a_stick_may_go_and_what_comes_back_was_never_taken() -> None:
    stick = gone("disks[S9]", DISK | {"bus": "usb"})
    assert changed("hardware-removed", stick).verdict == "pass"
    back = (gone("disks[S1]", DISK, 2 * HOUR), came("disks[S1]", DISK, HOUR))
    assert changed("hardware-removed", *back).verdict == "pass"
    assert changed("hardware-removed", gone("disks[S1].health", "ok")).verdict == "pass"
    assert changed("hardware-removed", gone("monitors[M1]", {"name": "M"})).verdict == "pass"


def memory(before: int, after: int, ago: timedelta = HOUR) -> Altered:
    return Altered("hardware", "memory.total_bytes", before, after, 50, NOON - ago)


def test_memory_that_shrinks_by_a_tenth_is_told_until_it_is_put_back() -> None:
    assert changed("memory-less", memory(1000, 900)).verdict == "pass"
    assert said(changed("memory-less", memory(1000, 899))) == ("fail", "less")
    back = (memory(1000, 500, 2 * HOUR), memory(500, 1000))
    assert changed("memory-less", *back).verdict == "pass"


def package(name: str, **more: Any) -> Altered:
    return came(f"packages[{name}]", {"name": name}, kind="software", **more)


def test_new_software_is_held_against_the_approved_list_alone() -> None:
    lists: dict[str, Any] = {"software": {"approved": ["Zalo*", "7-Zip [64-bit]"]}}
    assert RULES["software-unapproved"].subjects(office().inventory) == ()
    good = (package("Zalo PC"), package("7-zip [64-BIT]"))
    assert changed("software-unapproved", *good, **lists).verdict == "pass"
    found = changed("software-unapproved", *good, package("Trò chơi"), **lists)
    assert (said(found), found.values["programs"]) == (("fail", "unapproved"), "Trò chơi")
    left = gone("packages[Trò chơi]", {"name": "Trò chơi"}, MINUTE, "software")
    assert changed("software-unapproved", package("Trò chơi"), left, **lists).verdict == "pass"


def test_forbidden_software_fails_while_it_is_there_and_half_a_list_proves_nothing() -> None:
    lists: dict[str, Any] = {"software": {"forbidden": ["*torrent*"]}}
    rule = "software-forbidden"
    assert RULES[rule].subjects(office().inventory) == ()

    def with_(found: tuple[str, ...], *, whole: bool) -> Any:
        software = latest(Installed(3, whole, (), ()), 6)
        here = office(machine(software=software), **lists)
        return finding(rule, "pc-1", replace_past(here, Past(forbidden={"pc-1": found})))

    assert said(with_(("uTorrent",), whole=False)) == ("fail", "installed")
    assert said(with_((), whole=True)) == ("pass", "clean")
    assert said(with_((), whole=False)) == ("unknown", "partial")


def tools(before: list[str], after: list[str], ago: timedelta = HOUR) -> Altered:
    return Altered("software", "remote_access", before, after, 50, NOON - ago)


def test_a_remote_access_tool_that_came_is_a_security_signal_unless_approved() -> None:
    rule = "remote-access-new"
    found = changed(rule, tools([], ["UltraViewer"]))
    assert (said(found), found.kind) == (("fail", "new"), "security")
    assert changed(rule, tools(["UltraViewer"], [])).verdict == "pass"
    both = (tools([], ["AnyDesk"], 2 * HOUR), tools(["AnyDesk"], []))
    assert changed(rule, *both).verdict == "pass"
    allowed: dict[str, Any] = {"software": {"approved": ["ultraviewer"]}}
    assert changed(rule, tools([], ["UltraViewer"]), **allowed).verdict == "pass"


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        (timedelta(seconds=300), ("pass", "right")),
        (timedelta(seconds=301), ("fail", "wrong")),
        (timedelta(seconds=-300), ("pass", "right")),
        (timedelta(seconds=-301), ("fail", "wrong")),
    ],
)
def test_a_clock_may_be_five_minutes_off(off: timedelta, expected: tuple[str, str]) -> None:
    load = Latest(3, NOON - off, NOON, LOAD)
    assert said(told("clock-skew", load=load)) == expected
    unsound = Latest(3, NOON, NOON, LOAD, (Gap("at", "the clock of the PC is not sound"),))
    assert said(told("clock-skew", load=unsound)) == ("fail", "unsound")
    assert said(told("clock-skew", load=latest(LOAD, 3, HOUR))) == ("pass", "was-right")
    assert said(told("clock-skew", load=None)) == ("unknown", "never-read")


def test_declared_losses_are_told_for_a_week() -> None:
    def lost(*rows: Lost, **more: Any) -> Any:
        here = office(machine(**more))
        return finding("reports-lost", "pc-1", replace_past(here, Past(lost={"pc-1": rows})))

    found = lost(Lost("spool-full", 3, NOON - 7 * DAY), Lost("spool-full", 4, NOON))
    assert (said(found), found.values["count"]) == (("fail", "lost"), 7)
    assert said(lost(Lost("torn", None, NOON))) == ("fail", "uncounted")
    assert said(lost(Lost("spool-full", 3, NOON - 7 * DAY - MINUTE))) == ("pass", "whole")
    silent = agent(last_report_at=None)
    assert said(lost(agent=silent)) == ("unknown", "never-read")
