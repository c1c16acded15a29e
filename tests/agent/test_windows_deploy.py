"""What goes on the stick for Windows, as far as any system can tell: its words, its marks."""

from __future__ import annotations

import re
from pathlib import Path

from tests.agent.conftest import POSIX

DEPLOY = Path(__file__).parents[2] / "deploy/windows"
SCRIPT = DEPLOY / "install.ps1"


def words(language: str) -> dict[str, str]:
    text = (DEPLOY / f"messages/{language}.psd1").read_text("utf-8-sig")
    return dict(re.findall(r"^    ([a-z_]+) = '(.*)'$", text, re.MULTILINE))


def test_every_word_of_the_installer_stands_in_both_languages_and_is_said() -> None:
    said = set(re.findall(r"\$said\.([a-z_]+)", SCRIPT.read_text("ascii")))
    vietnamese, english = words("vi"), words("en")
    assert said == vietnamese.keys() == english.keys()
    for name, text in vietnamese.items():
        assert text.count("{0}") == english[name].count("{0}"), name


def test_powershell_5_reads_every_letter() -> None:
    """It takes a file without a byte order mark for one in the PC's own code page."""
    for path in DEPLOY.rglob("*.ps*1"):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") or raw.isascii(), path


def test_the_join_string_is_asked_for_and_handed_on_by_standard_input() -> None:
    text = SCRIPT.read_text("ascii")
    assert re.search(r"^param\(\[switch\]\$Uninstall, \[switch\]\$Wait\)$", text, re.MULTILINE)
    assert re.search(r"Read-Host \$said\.paste \| & \(Get-Python \$program\) .* join '-' ", text)


def test_a_double_click_runs_the_script_beside_it() -> None:
    for name in ("install.cmd", "uninstall.cmd"):
        text = (DEPLOY / name).read_text("ascii")
        called = re.findall(r'"%~dp0([a-z.0-9]+)"', text)
        assert called
        assert all((DEPLOY / one).is_file() for one in called)


def test_what_windows_leaves_out_is_there_and_needs_another_system() -> None:
    for name in POSIX:
        text = Path(__file__).with_name(name).read_text("utf-8")
        needs = r"subprocess|fork|SIG|setrlimit|/proc|netlink|symlink|booted|chmod|stat\(\)"
        assert re.search(needs, text), name
