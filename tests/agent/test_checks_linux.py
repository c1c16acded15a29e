"""Checks of Linux that the recordings have no occasion for: desktops, Samba, xrdp, dnf, lastlog."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.checks import CHECKS
from agent.checks.check import Check
from agent.host.reader import Reader
from agent.host.recorded import opened
from agent.masking import record_machine
from tests.agent.machines import NOON

LOCAL = "etc/dconf/db/local.d"
REPOMD = "var/cache/dnf/fedora-1/repodata/repomd.xml"
FRESH = f"<repomd><data><timestamp>{int(NOON.timestamp()) - 86_400}</timestamp></data></repomd>"
RECENT = "Thu Nov 19 08:12:40 +0700 2026"
HEADING = "Username         Port     From                                       Latest\n"


def _check(folder: Path, name: str, files: dict[str, str]) -> Check | None:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return CHECKS[name](Reader(opened(folder, NOON)))


def _verdict(folder: Path, name: str, files: dict[str, str]) -> str:
    check = _check(folder, name, {f"files/{path}": text for path, text in files.items()})
    return check.verdict if check else "left out"


@pytest.mark.parametrize("name", ["rdp", "smb1", "screen-lock", "autorun"])
def test_what_is_not_installed_is_left_out(tmp_path: Path, name: str) -> None:
    assert _verdict(tmp_path, name, {"usr/sbin/sshd": ""}) == "left out"


def test_a_server_of_remote_desktop_fails(tmp_path: Path) -> None:
    assert _verdict(tmp_path, "rdp", {"usr/sbin/xrdp": ""}) == "fail"


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ("[global]\n server min protocol = SMB2_10\n", "pass"),
        ("[global]\n server min protocol = NT1\n", "fail"),
        ("[global]\n min protocol = SMB2\n min protocol = LANMAN1\n", "fail"),
        ("[global]\n workgroup = UBND\n", "unknown"),
        ("server min protocol = SMB3\n", "unknown"),
        ("", "unknown"),
    ],
)
def test_samba_is_judged_by_its_least_protocol(tmp_path: Path, settings: str, verdict: str) -> None:
    files = {"usr/sbin/smbd": "", "etc/samba/smb.conf": settings}
    assert _verdict(tmp_path, "smb1", files) == verdict


def _desktop(settings: str, locks: str) -> dict[str, str]:
    session = {"usr/share/wayland-sessions/gnome.desktop": ""}
    return {**session, f"{LOCAL}/00-lock": settings, f"{LOCAL}/locks/lock": locks}


LOCKING = (
    "[org/gnome/desktop/screensaver]\nlock-enabled=true\n"
    "[org/gnome/desktop/session]\nidle-delay=uint32 600\n"
    "[org/gnome/desktop/media-handling]\nautorun-never=true\n"
)
LOCKS = (
    "/org/gnome/desktop/screensaver/lock-enabled\n/org/gnome/desktop/session/idle-delay\n"
    "/org/gnome/desktop/media-handling/autorun-never\n"
)


@pytest.mark.parametrize("name", ["screen-lock", "autorun"])
def test_a_desktop_passes_by_what_nobody_can_change(tmp_path: Path, name: str) -> None:
    assert _verdict(tmp_path / "1", name, _desktop(LOCKING, LOCKS)) == "pass"
    assert _verdict(tmp_path / "2", name, _desktop(LOCKING, "")) == "unknown"
    assert _verdict(tmp_path / "3", name, _desktop("", LOCKS)) == "unknown"
    off = LOCKING.replace("=true", "=false")
    assert _verdict(tmp_path / "4", name, _desktop(off, LOCKS)) == "fail"


def test_a_screen_that_locks_late_or_never_fails(tmp_path: Path) -> None:
    late, never = (LOCKING.replace("600", seconds) for seconds in ("901", "0"))
    assert _verdict(tmp_path / "1", "screen-lock", _desktop(late, LOCKS)) == "fail"
    assert _verdict(tmp_path / "2", "screen-lock", _desktop(never, LOCKS)) == "fail"


@pytest.mark.parametrize(
    ("repomd", "output", "verdict"),
    [
        (FRESH, "Last metadata expiration check: 1:00:00 ago on today.\n", "pass"),
        (FRESH, "FEDORA-2026-1 Important/Sec. openssl-3.2.6-2.x86_64\n", "fail"),
        (FRESH, "FEDORA-2026-1 security Important openssl-3.2.6-2.x86_64 2026-11-01\n", "fail"),
        (FRESH, "", "unknown"),
        ("<timestamp>1700000000</timestamp>", "Last metadata expiration check\n", "unknown"),
        ("", "Last metadata expiration check\n", "unknown"),
    ],
)
def test_a_system_of_rpm_is_judged_by_what_dnf_knows(
    tmp_path: Path, repomd: str, output: str, verdict: str
) -> None:
    files = {"files/var/lib/rpm/rpmdb.sqlite": "", f"files/{REPOMD}": repomd}
    check = _check(tmp_path, "updates", {**files, "commands/dnf.txt": output})
    assert check
    assert check.verdict == verdict


@pytest.mark.parametrize(
    ("row", "desktop", "verdict"),
    [
        (RECENT, True, "pass"),
        ("Thu Feb 19 08:12:40 +0700 2026", False, "fail"),
        ("Thu Feb 19 08:12:40 +0700 2026", True, "unknown"),
        ("**Never logged in**", False, "unknown"),
    ],
)
def test_an_old_sign_in_fails_only_where_every_sign_in_is_written_down(
    tmp_path: Path, row: str, *, desktop: bool, verdict: str
) -> None:
    files = {"commands/lastlog.txt": f"{HEADING}canbo            tty1      {row}\n"}
    if desktop:
        files["files/usr/share/xsessions/mate.desktop"] = ""
    check = _check(tmp_path, "idle-accounts", files)
    assert check
    assert check.verdict == verdict


def test_a_masked_recording_says_when_and_not_who(tmp_path: Path) -> None:
    files = {"commands/lastlog.txt": f"{HEADING}canbo            tty1   {RECENT}\n"}
    for path, text in files.items():
        (tmp_path / "pc" / path).parent.mkdir(parents=True)
        (tmp_path / "pc" / path).write_text(text)
    record_machine(opened(tmp_path / "pc", NOON), tmp_path / "masked", masked=True)
    written = (tmp_path / "masked" / "commands" / "lastlog.txt").read_text()
    assert "canbo" not in written
    assert RECENT in written
    masked = CHECKS["idle-accounts"](Reader(opened(tmp_path / "masked", NOON)))
    assert masked
    assert masked.verdict == "pass"
