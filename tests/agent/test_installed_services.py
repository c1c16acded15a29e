from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.host import Event
from agent.parse.happenings import MOST_NAMED, section
from agent.windows.events import SYSTEM, Fresh, happenings
from agent.windows.software import PROFILES
from tests.agent.test_events import DUC, event, services, windows


def service(number: int, name: str, command: str) -> Event:
    return event(number, 7045, ServiceName=name, ImagePath=command, AccountName="LocalSystem")


@pytest.mark.parametrize(
    ("command", "program", "place"),
    [
        ('"C:\\Program Files\\Zalo\\ZaloUpdate.exe" --service', "ZaloUpdate.exe", "programs"),
        ("C:\\PROGRA~1\\Zalo\\Zalo.exe", "Zalo.exe", "programs"),
        ("C:\\PROGRA~3\\x\\x.exe", "x.exe", "program-data"),
        ("C:\\Program Files\\..\\x\\x.exe", "x.exe", "other"),
        ("C:\\Windows\\system32\\svchost.exe -k netsvcs -p", "svchost.exe", "system"),
        ("\\SystemRoot\\System32\\drivers\\x.sys", "x.sys", "system"),
        ("\\??\\C:\\Users\\lan\\AppData\\Local\\Temp\\cpuz.sys", "cpuz.sys", "temporary"),
        ("\\\\?\\C:\\Users\\Public\\x.exe", "x.exe", "public"),
        ("\\\\127.0.0.1\\ADMIN$\\a1b2c3d.exe", "a1b2c3d.exe", "share"),
        ("%SystemRoot%\\PSEXESVC.exe", "PSEXESVC.exe", "admin-share"),
        ('"C:\\Windows\\tGkq.exe"', "tGkq.exe", "admin-share"),
        ("%COMSPEC% /Q /c echo dir ^> \\\\127.0.0.1\\C$\\x 2^>^&1", "cmd.exe", "system"),
        ("C:\\ProgramData\\Microsoft\\Windows Defender\\X\\MpKslDrv.sys", "MpKslDrv.sys", "system"),
        (
            "C:\\ProgramData\\Microsoft\\Windows Defender\\Definition Updates\\{1}\\MpKslDrv.sys",
            "MpKslDrv.sys",
            "system",
        ),
        ('"C:\\Windows\\SysWOW64\\svchost.exe" -k x', "svchost.exe", "system"),
        ("C:\\Windows\\Fonts\\svchost.exe -k netsvcs -p", "svchost.exe", "other"),
        ("E:\\Windows\\System32\\svchost.exe -k netsvcs -p", "svchost.exe", "other"),
        ("C:\\Windows\\\\Temp\\x.sys", "x.sys", "other"),
        ("C:\\Windows\\System32\\cmd x.sys", "cmd x.sys", "other"),
        ("C:\\Windows\\System32\\cmd /c start x & rem x.sys", None, "system"),
        ("C:\\Tools\\run --pass lan x.exe", None, "other"),
        ("C:\\Tools\\run pass=lan x.exe", None, "other"),
        ("C:\\Tools\\run C:\\Users\\lan\\lan.exe", None, "other"),
        ("C:\\Program Files\\Bộ gõ - UniKey\\UniKey NT.exe -x", "UniKey NT.exe", "programs"),
        (
            "C:\\ProgramData\\Microsoft\\Windows Defender.exe",
            "Windows Defender.exe",
            "program-data",
        ),
        ("C:\\Users\\lan\\don xin nghi.docx", None, "account"),
        ("", None, None),
    ],
)
def test_a_service_is_told_by_its_program_and_the_kind_of_folder_alone(
    tmp_path: Path, command: str, program: str | None, place: str | None
) -> None:
    (row,) = windows(tmp_path, System=[service(7, "Dịch vụ X", command)]).section
    assert (row["name"], row.get("program"), row.get("place")) == ("Dịch vụ X", program, place)
    assert (row["kind"], row["event_id"], row["record_id"]) == ("service-installed", 7045, 7)
    assert not {"lan", "\\", "LocalSystem"} & set(str(row))


VANTHU = """Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList]

[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-21-1-2-3-1001]
"ProfileImagePath"="C:\\\\Users\\\\vanthu"
"""


def test_no_account_and_no_version_stands_in_a_services_name(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry/HKLM.reg").write_text(VANTHU, "utf-16")
    log = [
        service(
            1, "Google Updater (GoogleUpdater 140.0.7272.0)", "C:\\Program Files\\Google\\u.exe"
        ),
        service(
            2, "Google Updater (GoogleUpdater 141.0.7340.0)", "C:\\Program Files\\Google\\u.exe"
        ),
        service(3, "Sao lưu của vanthu", "C:\\Users\\vanthu\\vanthu.exe"),
        service(4, "CDPUserSvc_4a3f2", "C:\\Windows\\system32\\svchost.exe -k UnistackSvcGroup"),
    ]
    rows = windows(tmp_path, System=log).section
    assert [(row["name"], row["program"], row["count"]) for row in rows] == [
        ("Google Updater (GoogleUpdater *)", "u.exe", 2),
        ("Sao lưu của *", "*.exe", 1),
        ("CDPUserSvc_*", "svchost.exe", 1),
    ]


def test_where_the_accounts_cannot_be_read_no_name_of_a_service_is_told(tmp_path: Path) -> None:
    facts = {"unreadable": {PROFILES: "access is denied"}}
    (tmp_path / "recording.json").write_text(json.dumps(facts))
    reading = windows(tmp_path, System=[service(1, "vanthu", "C:\\Users\\Public\\vanthu.exe")])
    (row,) = reading.section
    assert (row.get("name"), row.get("program"), row["place"]) == (None, None, "public")
    assert [gap.field for gap in reading.gaps] == ["System"]


def test_thousands_of_services_leave_room_for_what_else_happened(tmp_path: Path) -> None:
    many = [service(n, f"dich vu so {n} x", "C:\\x\\x.exe") for n in range(1, MOST_NAMED + 41)]
    cleared = event(MOST_NAMED + 50, 104, SubjectUserSid=DUC)
    rows = section(happenings(SYSTEM, Fresh((*many, cleared)), services(many)))
    assert len(rows) == MOST_NAMED + 2
    assert [row["count"] for row in rows[-2:]] == [40, 1]
    assert ("name" in rows[-2], rows[-1]["kind"]) == (False, "log-cleared")
