"""Scenarios: what is weak on a PC, and what happens to it."""

from __future__ import annotations

from tests.scenarios.script import (
    AT_NIGHT,
    Scenario,
    checks,
    event,
    observed,
    officer,
    says,
    service,
    software,
    system,
)

POSTURE = (
    Scenario(
        "antivirus switched off, and on again",
        (checks(60, "pc-1", antivirus="fail"), checks(300, "pc-1", antivirus="pass")),
        720,
    ),
    Scenario("signatures grow old", (checks(60, "pc-2", antivirus_signatures="fail"),), 180),
    Scenario("firewall switched off", (checks(60, "pc-3", firewall="fail"),), 180),
    Scenario(
        "firewall off, mended by the officer and proved",
        (
            checks(60, "pc-3", firewall="fail"),
            officer(120, 1, "take"),
            checks(240, "pc-3", firewall="pass"),
            officer(300, 1, "fix", "đã bật lại tường lửa"),
            checks(360, "pc-3", firewall="pass"),
            officer(420, 1, "close"),
        ),
        480,
    ),
    Scenario("user account control switched off", (checks(60, "pc-1", uac="fail"),), 180),
    Scenario("hosts file redirects the bank", (checks(60, "pc-1", hosts_file="fail"),), 180),
    Scenario(
        "posture that is a figure of the month, and no incident",
        (checks(60, "pc-4", smb1="fail", rdp="fail", screen_lock="fail", usb_storage="fail"),),
        180,
    ),
    Scenario(
        "two antivirus products get in each other's way",
        (observed(60, "pc-5", "antivirus", "Kaspersky: protecting, Bkav: protecting"),),
        180,
    ),
    Scenario(
        "a system whose support has ended",
        (system(60, "pc-6", name="Windows 10", supported_until="2025-10-14"),),
        180,
    ),
    Scenario("late updates are work of the week", (checks(60, "pc-6", updates="fail"),), 180),
    Scenario("a check that could not be read", (checks(60, "pc-6", firewall="unknown"),), 180),
)
EVENTS = (
    Scenario(
        "administrator added at night",
        (event(60, "pc-2", "administrator-added"),),
        180,
        begins=AT_NIGHT,
    ),
    Scenario(
        "account made and made administrator at night",
        (event(60, "pc-2", "account-created", "administrator-added"),),
        180,
        begins=AT_NIGHT,
    ),
    Scenario("account made by day", (event(60, "pc-2", "account-created"),), 180),
    Scenario(
        "administrator added by day, explained, closed and quiet",
        (
            event(60, "pc-2", "administrator-added"),
            officer(120, 1, "take"),
            officer(180, 1, "fix", "cán bộ CNTT thêm tài khoản hỗ trợ theo phiếu 12"),
            officer(300, 1, "close"),
        ),
        420,
    ),
    Scenario(
        "a false alarm stays one, and the next event opens it again",
        (
            event(60, "pc-2", "log-cleared"),
            officer(120, 1, "false-alarm", "dọn nhật ký theo kế hoạch"),
            event(600, "pc-2", "log-cleared"),
        ),
        720,
    ),
    Scenario(
        "passwords tried from outside",
        (event(60, "pc-3", "logon-failed", count=40, origin="external"),),
        180,
    ),
    Scenario("nine wrong passwords", (event(60, "pc-3", "logon-failed", count=9),), 180),
    Scenario(
        "a password guessed in the end",
        (
            event(60, "pc-3", "logon-failed", count=40),
            event(120, "pc-3", "logon-after-failures"),
        ),
        240,
    ),
    Scenario(
        "one slip of the hand, then signed in",
        (event(60, "pc-3", "logon-failed", "logon-after-failures"),),
        180,
    ),
    Scenario(
        "malware found and blocked", (event(60, "pc-4", "malware-found", "malware-blocked"),), 900
    ),
    Scenario(
        "malware that could not be removed",
        (event(60, "pc-4", "malware-found", "malware-active"),),
        180,
    ),
    Scenario(
        "malware found, and nothing more is heard", (event(60, "pc-4", "malware-found"),), 780
    ),
    Scenario("log cleared", (event(60, "pc-5", "log-cleared"),), 180),
    Scenario(
        "log cleared, and nobody takes it up for an hour and a half",
        (event(60, "pc-5", "log-cleared"),),
        5400,
        every=120,
    ),
    Scenario(
        "firewall off in the evening, on again before anybody is told",
        (checks(60, "pc-1", firewall="fail"), checks(1800, "pc-1", firewall="pass")),
        38_000,
        begins=AT_NIGHT,
        every=1200,
    ),
    Scenario(
        "firewall off in the evening, told in the morning",
        (checks(60, "pc-1", firewall="fail"),),
        38_000,
        begins=AT_NIGHT,
        every=1200,
    ),
    Scenario(
        "service installed, by an agent that does not tell which",
        (event(60, "pc-5", "service-installed"),),
        180,
    ),
    Scenario(
        "services of programs, drivers and Windows itself",
        (
            service(60, "pc-5", "Google Updater", "updater.exe", "programs"),
            service(60, "pc-5", "Intel I219-LM", "e1d68x64.sys", "system"),
            service(60, "pc-5", "Dịch vụ nền", "svchost.exe", "system"),
        ),
        180,
    ),
    Scenario(
        "a service in Windows' own folder, and the program that brought it told an hour later",
        (
            service(60, "pc-5", "Trợ giúp", "tro-giup.exe", "system"),
            software(3660, "pc-5", "LibreOffice 26"),
        ),
        3900,
        every=300,
    ),
    Scenario(
        "a service put on the PC from afar",
        (service(60, "pc-5", "PSEXESVC", "PSEXESVC.exe", "admin-share"),),
        180,
    ),
    Scenario(
        "a service from a temporary folder",
        (service(60, "pc-5", "wupd", "wupd.exe", "temporary"),),
        180,
    ),
    Scenario(
        "protection off for a minute, told by its event alone",
        (event(60, "pc-5", "protection-off"),),
        180,
    ),
    Scenario("a stick is used", (event(60, "pc-5", "usb-storage"),), 180),
    Scenario("a program begins to start by itself", (software(60, "pc-6", starts=("wupd",)),), 180),
    Scenario(
        "a program comes with what starts it",
        (software(60, "pc-6", "LibreOffice 26", starts=("quickstart",)),),
        180,
    ),
    Scenario("remote-access tool installed", (software(60, "pc-6", remote=("UltraViewer",)),), 180),
    Scenario("forbidden program installed", (software(60, "pc-6", "uTorrent"),), 180),
    Scenario("approved program installed", (software(60, "pc-6", "Zalo PC"),), 180),
    Scenario("program that nobody approved", (software(60, "pc-6", "Trò chơi"),), 180),
    Scenario(
        "log cleared on a PC that then goes home",
        (event(60, "pc-5", "log-cleared"), says(120, "pc-5", "shutdown")),
        600,
    ),
)
