from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.past import Past
from collector.lately import Altered
from collector.readings import Gap
from collector.software import Installed
from collector.state import Latest
from tests.alerts.builders import NOON, finding, machine, office
from tests.alerts.test_rules_of_events import DAY, HOUR, MINUTE, package, replace_past, said


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
