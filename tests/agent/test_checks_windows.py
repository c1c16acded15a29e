"""Traps of Windows, one at a time: policies over settings, products that only seem to protect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.checks.check import Check
from agent.checks.windows import WINDOWS_CHECKS
from agent.host.reader import Reader
from agent.host.recorded import opened
from agent.windows import modals, update_agent
from agent.windows.support import supported_until
from agent.words import translated
from tests.agent.machines import NOON

FIREWALL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"
POLICIES = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft"
SYSTEM = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet"
PROFILES = "".join(
    f'[{FIREWALL}\\{name}Profile]\n"EnableFirewall"=dword:00000001\n'
    for name in ("Domain", "Standard", "Public")
)


def _check(folder: Path, name: str, files: dict[str, str]) -> Check | None:
    (folder / "wmi").mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return WINDOWS_CHECKS[name](Reader(opened(folder, NOON)))


def _verdict(folder: Path, name: str, files: dict[str, str]) -> str:
    check = _check(folder, name, files)
    return check.verdict if check else "left out"


def _registry(text: str) -> dict[str, str]:
    return {"registry/pc.reg": f"Windows Registry Editor Version 5.00\n\n{text}"}


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ("", "pass"),
        (f'[{POLICIES}\\WindowsFirewall\\PublicProfile]\n"EnableFirewall"=dword:0\n', "fail"),
        (f"[{POLICIES}\\WindowsFirewall\\PublicProfile]\n", "unknown"),
        (f'[{SYSTEM}\\Services\\MpsSvc]\n"Start"=dword:4\n', "fail"),
        (f"[{SYSTEM}\\Services\\MpsSvc]\n", "unknown"),
        (f'[{SYSTEM}\\Services\\MpsSvc]\n"Start"="two"\n', "unknown"),
    ],
)
def test_the_firewall_is_what_policy_and_service_make_of_it(
    tmp_path: Path, more: str, verdict: str
) -> None:
    assert _verdict(tmp_path, "firewall", _registry(PROFILES + more)) == verdict


def test_a_policy_switches_the_firewall_on_over_the_pcs_own_setting(tmp_path: Path) -> None:
    off = PROFILES.replace("00000001", "00000000")
    on = "".join(
        f'[{POLICIES}\\WindowsFirewall\\{name}Profile]\n"EnableFirewall"=dword:1\n'
        for name in ("Domain", "Private", "Public")
    )
    assert _verdict(tmp_path / "1", "firewall", _registry(off)) == "fail"
    assert _verdict(tmp_path / "2", "firewall", _registry(off + on)) == "pass"


def test_where_the_registry_is_silent_the_profiles_of_wmi_answer(tmp_path: Path) -> None:
    rows = "\n\n".join(f"Enabled=1\nName={name}" for name in ("Domain", "Private", "Public"))
    files = {"wmi/MSFT_NetFirewallProfile.wmi": rows}
    assert _verdict(tmp_path / "1", "firewall", files) == "pass"
    assert _verdict(tmp_path / "2", "firewall", {**files, **_registry(PROFILES)}) == "pass"
    files = {"wmi/MSFT_NetFirewallProfile.wmi": rows.replace("Enabled=1", "Enabled=0", 1)}
    assert _verdict(tmp_path / "3", "firewall", {**files, **_registry(PROFILES)}) == "fail"


def test_another_firewall_stands_in_for_that_of_windows(tmp_path: Path) -> None:
    row = "displayName=Kaspersky\nproductState=266240\n"
    off = _registry(PROFILES.replace("00000001", "00000000"))
    assert _verdict(tmp_path, "firewall", {"wmi/FirewallProduct.wmi": row, **off}) == "pass"


STATUS = (
    "AMRunningMode=Normal\nAntivirusEnabled=TRUE\nAntivirusSignatureAge=3\n"
    "RealTimeProtectionEnabled=TRUE\n"
)


def _center(*products: tuple[str, int]) -> dict[str, str]:
    rows = (
        f"displayName={name}\ninstanceGuid={{{number:08d}-0000-4000-8000-000000000000}}\n"
        f"productState={state}\n"
        for number, (name, state) in enumerate(products, 1)
    )
    return {"wmi/AntiVirusProduct.wmi": "\n".join(rows)}


@pytest.mark.parametrize(
    ("center", "status", "verdicts"),
    [
        # A server has no Security Center: Defender answers for itself.
        ({}, STATUS, ("pass", "pass")),
        ({}, STATUS.replace("Age=3", "Age=8"), ("pass", "fail")),
        ({}, f"{STATUS}DefenderSignaturesOutOfDate=TRUE\n", ("pass", "fail")),
        ({}, f"{STATUS}DefenderSignaturesOutOfDate=FALSE\n", ("pass", "pass")),
        ({}, STATUS.replace("Normal", "EDR Block Mode"), ("fail", "left out")),
        ({}, "", ("unknown", "unknown")),
        # 266240 is on and current, 266256 on and old, 262144 off.
        (_center(("Bkav", 266240)), "", ("pass", "pass")),
        (_center(("Bkav", 266256)), "", ("pass", "fail")),
        (_center(("Bkav", 262144)), "", ("fail", "left out")),
        (_center(("Bkav", 262144), ("Windows Defender", 397568)), STATUS, ("pass", "pass")),
        (_center(("Windows Defender", 397568)), "", ("unknown", "unknown")),
    ],
)
def test_a_product_protects_when_it_says_so_itself(
    tmp_path: Path, center: dict[str, str], status: str, verdicts: tuple[str, str]
) -> None:
    files = {**center, **({"wmi/MSFT_MpComputerStatus.wmi": status} if status else {})}
    names = ("antivirus", "antivirus-signatures")
    assert tuple(_verdict(tmp_path, name, files) for name in names) == verdicts


@pytest.mark.parametrize(
    ("center", "status", "verdict"),
    [
        ({}, "IsTamperProtected=TRUE\n", "pass"),
        ({}, "IsTamperProtected=FALSE\n", "fail"),
        ({}, "IsTamperProtected=\n", "unknown"),
        ({}, STATUS, "unknown"),
        ({}, "", "unknown"),
        # 266240 is on, 262144 off: Defender may be unlocked where another product guards.
        (_center(("Bkav", 266240)), "IsTamperProtected=FALSE\n", "left out"),
        (_center(("Bkav", 262144)), "IsTamperProtected=FALSE\n", "fail"),
        (_center(("Bkav", 266240)), "IsTamperProtected=TRUE\n", "pass"),
        (_center(("Windows Defender", 397568)), STATUS + "IsTamperProtected=FALSE\n", "fail"),
    ],
)
def test_defender_is_locked_where_it_says_so_itself(
    tmp_path: Path, center: dict[str, str], status: str, verdict: str
) -> None:
    files = {**center, **({"wmi/MSFT_MpComputerStatus.wmi": status} if status else {})}
    assert _verdict(tmp_path, "tamper-protection", files) == verdict


@pytest.mark.parametrize(
    ("center", "ages", "verdict"),
    [
        ({}, ("14", "400"), "pass"),
        ({}, ("15", "400"), "fail"),
        ({}, ("4294967295", "14"), "pass"),
        ({}, ("4294967295", "4294967295"), "fail"),
        # Half an answer, and a number beyond what the class can hold, prove nothing.
        ({}, ("3", ""), "unknown"),
        ({}, ("3", "4294967296"), "unknown"),
        (_center(("Bkav", 266240)), ("400", "400"), "left out"),
        (_center(("Bkav", 262144)), ("400", "400"), "fail"),
    ],
)
def test_a_scan_is_two_weeks_old_at_most(
    tmp_path: Path, center: dict[str, str], ages: tuple[str, str], verdict: str
) -> None:
    row = f"FullScanAge={ages[1]}\nQuickScanAge={ages[0]}\n"
    files = {**center, "wmi/MSFT_MpComputerStatus.wmi": row}
    assert _verdict(tmp_path, "antivirus-scan", files) == verdict


@pytest.mark.parametrize(
    ("state", "running", "verdicts"),
    [
        ("2", "{1,2}", ("pass", "pass")),
        ("2", "{2}", ("pass", "fail")),
        ("2", "{1,3}", ("fail", "pass")),
        ("2", "{0}", ("fail", "fail")),
        # Set up is not running, whatever the list says.
        ("1", "{1,2}", ("fail", "fail")),
        ("0", "{0}", ("fail", "fail")),
        ("2", "{}", ("unknown", "unknown")),
        ("2", "{2,x}", ("unknown", "unknown")),
        ("2", "{2,21}", ("unknown", "unknown")),
        ("3", "{1,2}", ("unknown", "unknown")),
        ("", "{1,2}", ("unknown", "unknown")),
    ],
)
def test_virtualization_guards_where_it_runs_and_not_where_it_is_set_up(
    tmp_path: Path, state: str, running: str, verdicts: tuple[str, str]
) -> None:
    row = f"SecurityServicesRunning={running}\nVirtualizationBasedSecurityStatus={state}\n"
    files = {"wmi/Win32_DeviceGuard.wmi": row}
    assert (
        tuple(_verdict(tmp_path, name, files) for name in ("vbs", "credential-guard")) == verdicts
    )


def test_a_windows_without_device_guard_does_not_pass_and_says_why(tmp_path: Path) -> None:
    check = _check(tmp_path, "vbs", {})
    assert check is not None
    assert (check.verdict, check.reason) == ("unknown", "not on this PC: Win32_DeviceGuard")


@pytest.mark.parametrize(
    ("conversion", "protection", "verdict"),
    [("1", "1", "pass"), ("1", "0", "fail"), ("2", "0", "fail"), ("1", "", "unknown")],
)
def test_encrypted_is_not_protected(
    tmp_path: Path, conversion: str, protection: str, verdict: str
) -> None:
    row = f"ConversionStatus={conversion}\nDriveLetter=C:\nProtectionStatus={protection}\nVolumeType=0"
    assert (
        _verdict(tmp_path, "disk-encryption", {"wmi/Win32_EncryptableVolume.wmi": row}) == verdict
    )


@pytest.mark.parametrize(
    ("policy", "own", "verdict"),
    [("", 1, "pass"), ("", 0, "fail"), ("1", 0, "pass"), ("0", 1, "fail")],
)
def test_remote_desktop_is_what_policy_says_first(
    tmp_path: Path, policy: str, own: int, verdict: str
) -> None:
    text = f'[{SYSTEM}\\Control\\Terminal Server]\n"fDenyTSConnections"=dword:{own}\n'
    if policy:
        text += (
            f'[{POLICIES}\\Windows NT\\Terminal Services]\n"fDenyTSConnections"=dword:{policy}\n'
        )
    assert _verdict(tmp_path, "rdp", _registry(text)) == verdict


@pytest.mark.parametrize(
    ("installed", "verdict"),
    [
        ("10/14/2025", "fail"),
        ("11/12/2026", "unknown"),
        ("01dc3d2b2f4a8000", "fail"),
        ("?", "unknown"),
    ],
)
def test_without_the_update_agent_only_neglect_can_be_told(
    tmp_path: Path, installed: str, verdict: str
) -> None:
    files = {"wmi/Win32_QuickFixEngineering.wmi": f"HotFixID=KB1\nInstalledOn={installed}\n"}
    assert _verdict(tmp_path, "updates", files) == verdict


def test_what_waits_is_told_with_its_severity_and_its_age(tmp_path: Path) -> None:
    rows = [
        {"security": True, "severity": "Critical", "since": "2026-11-10"},
        {"security": True, "severity": "Important", "since": "2026-10-13"},
        {"security": False, "severity": "", "since": "2026-01-01"},
    ]
    told = {"searched_at": "2026-11-22T20:10:00Z", "count": 3, "waiting": rows}
    check = _check(tmp_path, "updates", {"commands/windows-update.json": json.dumps(told)})
    assert check is not None
    waiting = "2 security updates and 1 others are waiting"
    seen = f"{waiting}, 1 of them critical, the oldest since 2026-10-13"
    assert (check.verdict, check.observed) == ("fail", seen)
    assert translated(seen, "vi") == (
        "còn 2 bản vá bảo mật và 1 bản cập nhật khác chưa cài, 1 bản ở mức nghiêm trọng,"
        " bản chờ lâu nhất từ 13/10/2026"
    )
    rows[1]["since"] = "mới đây"
    again = update_agent.parse(json.dumps(told))
    assert again is not None
    assert (again.critical, again.oldest) == (1, None)


def test_an_old_search_for_updates_tells_nothing(tmp_path: Path) -> None:
    told = {"searched_at": "2026-10-01T00:00:00Z", "count": 0, "waiting": []}
    files = {"commands/windows-update.json": json.dumps(told)}
    assert _verdict(tmp_path, "updates", files) == "unknown"


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '{"searched_at": 7}', '{"count": 1}'])
def test_an_answer_that_is_not_whole_is_none(text: str) -> None:
    assert update_agent.parse(text) is None
    assert modals.parse(text) == {}


def test_windows_11_of_the_year_is_supported_and_the_long_term_edition_longer() -> None:
    assert str(supported_until("19045", "Professional", "Client")) == "2025-10-14"
    assert str(supported_until("19044", "EnterpriseS", "Client")) == "2027-01-12"
    assert str(supported_until("26100", "Enterprise", "Client")) == "2027-10-12"
    assert str(supported_until("26100", "ServerStandard", "Server")) == "2034-10-10"
    assert supported_until("99999", "Professional", "Client") is None
