from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.past import Past
from collector.lately import Altered, Service
from collector.software import Installed
from tests.alerts.builders import NOON, finding, latest, machine, office
from tests.alerts.test_rules_of_autoruns import autorun, entry, starts
from tests.alerts.test_rules_of_events import (
    DAY,
    HOUR,
    MINUTE,
    TELLS,
    event,
    package,
    replace_past,
    said,
    told,
)


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
