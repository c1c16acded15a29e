"""Rules of what happened and what changed: from the first sign on, until the officer explained it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.past import Past
from alerts.rules import RULES, events
from collector.happenings import Events
from collector.lately import Altered, Lost, Occurrence, Service
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


def installed(name: str, program: str, place: str, ago: timedelta = MINUTE, **more: Any) -> Any:
    return event("service-installed", ago, service=Service(name, program, place), **more)


def service(*rows: Any, approved: tuple[str, ...] = (), software: int = 6, **past: Any) -> Any:
    """Events are of report 40; `software` is the newest list's."""
    listed = latest(Installed(3, True, (), ()), software)
    known = Past(happened={"pc-1": rows}, **past)
    lists: dict[str, Any] = {"software": {"approved": list(approved)}}
    return finding(
        "service-installed",
        "pc-1",
        replace_past(office(machine(events=TELLS["events"], software=listed), **lists), known),
    )


@pytest.mark.parametrize(
    ("name", "program", "place", "because"),
    [
        ("Zalo Update", "ZaloUpdate.exe", "programs", "quiet"),
        ("NewSvc", "svchost.exe", "system", "quiet"),
        ("Intel", "e1d68x64.sys", "system", "quiet"),
        ("NewSvc", "new.exe", "system", "stranger"),
        ("NewSvc", "x.exe", "temporary", "stranger"),
        ("NewSvc", "cpuz.sys", "temporary", "stranger"),
        ("NewSvc", "x.exe", "account", "stranger"),
        ("NewSvc", "x.exe", "public", "stranger"),
        ("NewSvc", "x.exe", "share", "stranger"),
        ("NewSvc", "x.exe", "program-data", "stranger"),
        ("NewSvc", "x.exe", "other", "stranger"),
        ("NewSvc", "x.exe", "searched", "stranger"),
        ("tGkq", "tGkq.exe", "admin-share", "stranger"),
        ("Updater", "cmd.exe", "system", "stranger"),
        ("Updater", "PowerShell.exe", "programs", "stranger"),
        ("PSEXESVC", "PSEXESVC.exe", "admin-share", "misused"),
        ("Updater", "psexesvc.exe", "programs", "misused"),
        ("BTOBTO", "cmd.exe", "system", "misused"),
        ("x", "PAExec-1234-PC.exe", "programs", "misused"),
        ("mimidrv", "mimidrv.sys", "system", "misused"),
        ("Microsoft Security Center (*) Service", "mssecsvc.exe", "admin-share", "misused"),
        ("PSEXESVC cua toi", "x.exe", "programs", "quiet"),
        ("x.service", "x", "local", "quiet"),
        ("x.service", "x", "system", "stranger"),
        ("x.service", "python3", "local", "stranger"),
        ("x.service", "x", "generated", "stranger"),
    ],
)
def test_a_service_is_judged_by_its_place_its_program_and_the_tools_of_intruders(
    name: str, program: str, place: str, because: str
) -> None:
    found = service(installed(name, program, place), software=50)
    assert said(found) == ("pass" if because == "quiet" else "fail", because)
    if because != "quiet":
        assert (found.kind, found.signal_at, found.evidence[0].report) == (
            "security",
            NOON - MINUTE,
            40,
        )
        assert found.values["services"] == f"{name} ({program})"
        assert found.evidence[0].seen[0].values["folder"] == place
    done = {("service-installed", "pc-1"): NOON}
    assert service(installed(name, program, place), software=50, explained=done).verdict == "pass"


def test_an_old_agent_tells_no_place_and_every_service_of_it_is_asked_about() -> None:
    found = told("service-installed", event("service-installed"))
    assert (said(found), found.kind) == (("fail", "happened"), "security")
    assert told("service-installed", event("service-installed"), explained=MINUTE).verdict == "pass"
    late = event("service-installed", MINUTE / 2)
    assert (
        told("service-installed", event("service-installed"), late, explained=MINUTE).values[
            "count"
        ]
        == 1
    )
    with_a_worse = service(event("service-installed"), installed("PSEXESVC", "", "share"))
    assert (said(with_a_worse), with_a_worse.values["count"]) == (("fail", "misused"), 2)


def test_in_windows_own_folder_the_next_list_tells_whether_an_update_brought_it() -> None:
    new = installed("NewSvc", "new.exe", "system")
    update = replace(package("KB5031234", ago=timedelta(0)), report=41)
    assert said(service(new)) == ("unknown", "awaited")
    assert said(service(new, software=39)) == ("unknown", "awaited")
    assert said(service(new, software=41)) == ("fail", "stranger")
    assert said(service(new, software=41, changed={"pc-1": (update,)})) == ("pass", "quiet")
    assert said(service(new, event("service-installed"))) == ("fail", "happened")


def test_a_program_brings_its_service_in_the_hour_before_or_the_first_list_after() -> None:
    new = installed("Bkav", "x.exe", "program-data", ago=2 * DAY)

    def with_(ago: timedelta, report: int, name: str = "Trợ lý", first: int | None = None) -> str:
        rows = [replace(package(name, ago=ago), report=report)]
        if first is not None:
            other = Altered("software", "remote_access", [], ["x"], first, NOON - 2 * DAY)
            rows.append(other)
        return str(service(new, software=60, changed={"pc-1": tuple(rows)}).verdict)

    assert with_(2 * DAY + HOUR, 39) == "pass"
    assert with_(2 * DAY + HOUR + MINUTE, 39) == "fail"
    assert with_(2 * DAY - 26 * HOUR, 41) == "pass"
    assert with_(2 * DAY - 26 * HOUR - MINUTE, 41) == "fail"
    assert with_(2 * DAY - MINUTE, 41) == "pass"
    assert with_(2 * DAY - MINUTE, 42, first=41) == "fail"
    assert with_(timedelta(0), 42, "Bkav Pro", first=41) == "pass"
    assert with_(4 * DAY, 20, "Bkav Pro") == "pass"
    assert with_(4 * DAY + MINUTE, 20, "Bkav Pro") == "fail"
    open_folder = installed("Bkav", "x.exe", "temporary", ago=2 * DAY)
    came = (replace(package("Bkav Pro", ago=2 * DAY), report=41),)
    assert service(open_folder, software=60, changed={"pc-1": came}).verdict == "fail"


def test_a_pattern_approves_programs_and_only_a_name_written_out_what_could_hide() -> None:
    known = installed("Bkav Service", "BkavService.exe", "program-data")
    assert service(known).verdict == "fail"
    for pattern in ("bkav*", "BkavService.exe", "Bkav Service"):
        assert service(known, approved=(pattern,)).verdict == "pass"
    for hiding in (
        installed("Bkav Service", "x.exe", "public"),
        installed("Bkav Service", "cmd.exe", "system"),
        installed("Bkav Service", "psexesvc.exe", "program-data"),
    ):
        assert service(hiding, approved=("Bkav*",)).verdict == "fail"
        assert service(hiding, approved=("bkav service",)).verdict == "pass"


def test_what_the_event_told_at_once_is_not_asked_again_when_the_list_comes() -> None:
    row = entry("NewSvc", "x.exe", "program-data")
    new = starts("services[NewSvc]", row)
    assert autorun(new).verdict == "fail"
    heard = {"pc-1": (installed("Dịch vụ mới", "x.exe", "program-data", HOUR + 2 * DAY),)}
    assert autorun(new, happened=heard).verdict == "pass"
    early = {"pc-1": (installed("x", "x.exe", "program-data", HOUR + 2 * DAY + MINUTE),)}
    assert autorun(new, happened=early).verdict == "fail"
    other = {"pc-1": (installed("NewSvc", "y.exe", "program-data"),)}
    assert autorun(new, happened=other).verdict == "fail"
    assert autorun(starts("machine[NewSvc]", row), happened=heard).verdict == "fail"
    listed = entry("NewSvc", "x.exe", "programs")
    left = {"pc-1": (installed("NewSvc", "x.exe", "programs"),)}
    assert autorun(starts("services[NewSvc]", listed), happened=left).verdict == "fail"


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


def starts(path: str, after: Any, ago: timedelta = HOUR, report: int = 50, **more: Any) -> Altered:
    return Altered("software", f"autoruns.{path}", more.get("before"), after, report, NOON - ago)


def entry(name: str, program: str, place: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "program": program, "place": place, **more}


ZALO = entry("Zalo", "Zalo.exe", "account", source="run")
SCRIPT = entry("Updates", "powershell.exe", "system", source="run")


def autorun(*rows: Altered, gaps: tuple[Gap, ...] = (), total: int | None = 9, **more: Any) -> Any:
    past = Past(
        happened=more.pop("happened", {}),
        changed={"pc-1": rows},
        explained={("autorun-new", "pc-1"): NOON - more.pop("explained", 90 * DAY)},
    )
    software = Latest(6, NOON, NOON, Installed(3, True, (), (), total), gaps)
    return finding(
        "autorun-new", "pc-1", replace_past(office(machine(software=software), **more), past)
    )


@pytest.mark.parametrize(
    ("kind", "row", "verdict"),
    [
        ("signed_in", ZALO, "fail"),
        ("signed_in", {**ZALO, "enabled": False}, "pass"),
        ("machine", SCRIPT, "fail"),
        ("machine", entry("x", "x.exe", "temporary"), "fail"),
        ("machine", entry("x", "x.exe", "programs"), "fail"),
        ("subscriptions", entry("x", "x.exe", "programs"), "fail"),
        # Windows' own updates bring services and tasks of its own.
        ("services", entry("NewSvc", "svchost.exe", "system"), "pass"),
        ("services", entry("NewSvc", "x.exe", "public"), "fail"),
        ("services", entry("NewSvc", "cmd.exe", "system"), "fail"),
        ("tasks", entry("New", "rundll32.exe", "system", source="windows"), "pass"),
        ("tasks", entry("New", "x.exe", "temporary", source="windows"), "fail"),
        ("tasks", entry("New", "rundll32.exe", "system", source="own"), "fail"),
        ("units", entry("x.service", "x", "local"), "fail"),
    ],
)
def test_what_begins_to_start_by_itself_alarms_unless_it_is_windows_own_or_off(
    kind: str, row: dict[str, Any], verdict: str
) -> None:
    found = autorun(starts(f"{kind}[{row['name']}]", row))
    assert found.verdict == verdict
    if verdict == "fail":
        assert (found.because, found.kind, found.evidence[0].report) == ("new", "security", 50)
        assert row["name"] in str(found.values["programs"])
    explained = autorun(starts(f"{kind}[{row['name']}]", row), explained=timedelta(0))
    assert said(explained) == ("pass", "unaltered")


def test_what_came_with_a_program_is_that_programs_and_scripts_never_are() -> None:
    new = starts("signed_in[Zalo]", ZALO)
    came_along = replace(package("Trợ lý"), report=50)
    assert autorun(new, came_along).verdict == "pass"
    assert autorun(new, replace(came_along, report=51)).verdict == "fail"
    named = replace(package("Zalo 24.9", ago=HOUR + 2 * DAY), report=40)
    assert autorun(new, named).verdict == "pass"
    early = replace(package("Zalo 24.9", ago=HOUR + 2 * DAY + MINUTE), report=40)
    assert autorun(new, early).verdict == "fail"
    version = Altered("software", "packages[Zalo].version", "1", "2", 40, NOON)
    assert autorun(new, version).verdict == "pass"
    assert autorun(starts("machine[Updates]", SCRIPT), came_along).verdict == "fail"


def test_what_is_approved_gone_again_or_moved_by_an_update_is_quiet() -> None:
    new = starts("signed_in[Zalo]", ZALO, 2 * HOUR)
    for name in ("zalo*", "Zalo.exe", "Zalo"):
        allowed: dict[str, Any] = {"software": {"approved": [name]}}
        assert autorun(new, **allowed).verdict == "pass"
        hides = starts("signed_in[Zalo]", {**ZALO, "place": "public"}, 2 * HOUR)
        assert autorun(hides, **allowed).verdict == ("fail" if "*" in name else "pass")
    assert autorun(new, starts("signed_in[Zalo]", None, before=ZALO)).verdict == "pass"
    moved = starts("machine[Unikey].program", "UniKey2.exe", before="UniKeyNT.exe")
    assert autorun(moved).verdict == "pass"
    taken = starts("machine[Unikey].program", "mshta.exe", 2 * HOUR, before="UniKeyNT.exe")
    assert autorun(taken).verdict == "fail"
    assert (
        autorun(starts("machine[Unikey].place", "temporary", before="programs")).verdict == "fail"
    )
    assert (
        autorun(taken, starts("machine[Unikey]", None, before={"name": "Unikey"})).verdict == "pass"
    )
    # The whole list at once is an agent that tells it for the first time.
    assert autorun(starts("signed_in", [ZALO])).verdict == "pass"


@pytest.mark.parametrize("on", [None, True], ids=["no switch any more", "switched on"])
def test_what_came_switched_off_alarms_once_it_is_switched_on(on: bool | None) -> None:
    came = starts("machine[x]", {**entry("x", "x.exe", "programs"), "enabled": False}, 3 * HOUR)
    switched = starts("machine[x].enabled", on, 2 * HOUR, report=51, before=False)
    found = autorun(came, switched)
    assert (found.verdict, found.values["programs"], found.evidence[0].report) == (
        "fail",
        "x (x.exe)",
        51,
    )
    assert autorun(came).verdict == "pass"
    assert autorun(came, switched, starts("machine[x].enabled", False)).verdict == "pass"
    assert autorun(came, switched, starts("machine[x]", None)).verdict == "pass"
    # It came with a program; or was there before the first inventory was read.
    with_program = replace(package("Trợ lý", ago=3 * HOUR), report=50)
    assert autorun(came, with_program, switched).verdict == "pass"
    assert autorun(switched).verdict == "pass"


def test_an_account_that_signs_in_again_brings_nothing_new_but_what_alarmed_before() -> None:
    away = starts("signed_in[Zalo]", None, 3 * HOUR, before=ZALO)
    back = starts("signed_in[Zalo]", ZALO)
    assert autorun(away, back).verdict == "pass"
    alarmed = starts("signed_in[Zalo]", ZALO, 5 * HOUR)
    assert autorun(alarmed, away, back, explained=2 * HOUR).verdict == "fail"
    machine_wide = (
        starts("machine[Zalo]", None, 3 * HOUR, before=ZALO),
        starts("machine[Zalo]", ZALO),
    )
    assert autorun(*machine_wide).verdict == "fail"


def test_autoruns_that_were_not_read_are_unknown_unless_only_nobody_is_signed_in() -> None:
    assert said(autorun()) == ("pass", "unaltered")
    assert said(autorun(total=None)) == ("unknown", "not-told")
    torn = (Gap("autoruns.tasks", "permission denied"),)
    assert said(autorun(gaps=torn)) == ("unknown", "unread")
    assert autorun(gaps=(Gap("autoruns.signed_in", "nobody is signed in"),)).verdict == "pass"
    assert autorun(starts("machine[Updates]", SCRIPT), gaps=torn).verdict == "fail"


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
