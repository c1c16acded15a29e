"""Every word that a check, a gap or a loss can say is there in Vietnamese."""

from __future__ import annotations

import ast
import errno
import os
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

import agent
from agent.host import Host
from agent.host.live import Live
from agent.host.recorded import opened
from agent.probes import PROBES, read
from agent.words import PLACEHOLDER, translated
from tests.agent import machines

FOLDER = Path(str(files(agent)))
PLACES = ("checks", "hardware", "parse", "host", "probes", "windows", "software")
MODULES = [path for place in PLACES for path in sorted((FOLDER / place).rglob("*.py"))]
MODULES += [FOLDER / f"{name}.py" for name in ("programs", "survey", "spool_limits", "presence")]
UNDERSTANDING = frozenset(
    {
        "dmidecode",
        "firmware",
        "machine",
        "makers",
        "module_makers",
        "placeholders",
        "queries",
        "reg",
        "remote",
        "smartctl",
        "smbios",
        "wmi",
        "zones",
    }
)
"""Modules of `parse` that know other programs' texts, and say nothing of their own."""
SAID_AT = {
    # Which argument of these calls people will read.
    "judged": 1,
    "unknown": 1,
    "unread": 2,
    "gap": 1,
    "Gap": 1,
    "UnreadableError": 0,
    "EdidError": 0,
    "Outcome": 4,
    "_lost": 1,
    "Loss": 3,
}
NOT_SAID = frozenset(
    {
        # Programs and files as the source of a verdict.
        *("mdatp health", "nft list ruleset", "iptables -S", "nft, iptables, ufw", "ufw status"),
        *("timedatectl show", "/proc, systemd units"),
        *("/etc/group, /etc/passwd", "/proc/self/mounts, /sys/block/*/dm"),
        *("Microsoft Corporation", "Office 7"),  # names of a publisher and a product
        # Folders that start what lies in them.
        "C:/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp",
        "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup",
        # Keys and marks of what is read, and times.
        *("core id", "model name", "cpu cores", "physical id", "DMI type", "power supply"),
        *("%d %b %Y %H-%M %z", "Last metadata expiration check"),
        "Microsoft-Windows-Windows Defender/Operational",
        *(
            " or ",
            "EventID=7",
            "7 7",
            "TimeCreated[timediff(@SystemTime) <= 7]",
            "*[System[7 and (7)]]",
        ),
        "Microsoft Defender",
        *("Microsoft-Windows-Windows Defender/Operational", "local area connection*"),  # names
        "Microsoft Defender 7",  # its name; what follows is told by `parse/mdatp.py`
        # Of the command that plays a recording, and of the spool's note.
        *("no such folder: 7", "not a JSON object: 7", "cannot read 7: 7", "7 started", "7 7"),
    }
)
REGULAR = re.compile(r"[\^\\$]|SELECT |DELETE |PRAGMA ")


def _example(node: ast.expr) -> str:
    """The text with a 7 wherever a value stands."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def _texts(node: ast.AST) -> Iterator[str]:
    """Texts that an expression may come to: both ways of a condition, not what a call is given."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield _example(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in _texts(value))


def _handed_over(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else None
            name = node.func.id if isinstance(node.func, ast.Name) else name
            place = SAID_AT.get(name or "")
            if place is not None and place < len(node.args):
                yield from _texts(node.args[place])


def _prose(tree: ast.AST) -> Iterator[str]:
    """Every text with a blank in it, but for docstrings and patterns."""
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in ast.walk(node) if part is not node}
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in passed:
            text = _example(node)
            if re.search(r"[a-z]", text) and " " in text.strip() and not REGULAR.search(text):
                yield text


def _needed(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    prose = () if path.stem in UNDERSTANDING else _prose(tree)
    words = {text for text in (*_handed_over(tree), *prose) if re.search(r"[A-Za-z]{2}", text)}
    return {text for text in words if text not in NOT_SAID}


def _catalogue() -> dict[str, str]:
    source = files("agent").joinpath("messages", "vi.toml").read_text("utf-8")
    said: dict[str, str] = tomllib.loads(source)["said"]
    return said


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_nothing_that_the_agent_can_say_lacks_its_translation(path: Path) -> None:
    missing = {text for text in _needed(path) if translated(text, "vi") == text}
    assert missing == set()


def test_the_search_for_what_can_be_said_finds_it() -> None:
    found = set().union(*map(_needed, MODULES))
    assert {"no firewall is installed", "7 security updates are waiting"} <= found
    assert {"off", "did not end within 7 s", "at risk: 7", "first start"} <= found
    assert len(found) > 80


@pytest.mark.parametrize("known", _catalogue())
def test_a_translation_keeps_every_value(known: str) -> None:
    text = _catalogue()[known]
    assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(known))
    assert text.strip()


def _words(host: Host) -> Iterator[str]:
    for probe in PROBES:
        reading = read(probe, host)
        yield from (gap.cause for gap in reading.gaps)
        if probe == "security":
            for row in reading.section.get("checks", ()):
                yield from (row[name] for name in ("observed", "reason") if name in row)


DATA = re.compile(r"[A-Z]\w+(, [A-Z]\w+)*")
"""Names of products alone, as `AnyDesk, UltraViewer`."""


def _untranslated(host: Host) -> set[str]:
    words = {text for text in _words(host) if not DATA.fullmatch(text)}
    return {text for text in words if translated(text, "vi") == text}


def test_what_every_recorded_machine_and_this_one_say_is_told_in_vietnamese() -> None:
    hosts: list[Host] = [*map(machines.machine, machines.NAMES), Live(datetime.now(UTC))]  # noqa: TID251 - live
    assert set().union(*map(_untranslated, hosts)) == set()


def test_an_empty_machine_and_one_that_forbids_everything_are_told_in_vietnamese(
    tmp_path: Path,
) -> None:
    assert _untranslated(opened(tmp_path, machines.NOON)) == set()


def test_what_is_said_of_firmware_texts_is_told_in_vietnamese(tmp_path: Path) -> None:
    for name, sample in machines.samples("dmidecode").items():
        folder = tmp_path / name.replace("/", "-") / "commands"
        folder.mkdir(parents=True)
        (folder / "dmidecode.txt").write_bytes(sample.read_bytes())
        gaps = read("hardware", opened(folder.parent, machines.NOON)).gaps
        assert {gap.cause for gap in gaps if translated(gap.cause, "vi") == gap.cause} == set()


def test_the_systems_own_reasons_are_told_in_vietnamese() -> None:
    likely = ("EACCES", "EPERM", "ENOENT", "EIO", "EINVAL", "ENODEV", "ENXIO", "ENOMEM", "EBUSY")
    for name in (*likely, "EISDIR", "ENOTDIR", "EMFILE", "ENFILE", "ELOOP", "EAGAIN", "ESTALE"):
        said = os.strerror(getattr(errno, name))
        for text in (f"{said.lower()}: /sys/x", f"nft: cannot start: {said}"):
            assert translated(text, "vi") != text
            assert said.lower() not in translated(text, "vi").lower()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no firewall is installed", "chưa cài tường lửa"),
        (
            "67 security updates and 47 others are waiting",
            "còn 67 bản vá bảo mật và 47 bản cập nhật khác chưa cài",
        ),
        (
            "the probe's child: nft: cannot start: Permission denied",
            "tiến trình đọc: nft: không chạy được: không có quyền truy cập",
        ),
        (
            "timedatectl: exit code 1: Failed to connect to bus: Host is down",
            "timedatectl: mã kết thúc 1: không nối được với systemd: không có ai trả lời ở đầu kia",
        ),
        (
            "Microsoft Defender 101.24: passive mode, not licensed",
            "Microsoft Defender 101.24: chế độ thụ động, chưa có bản quyền",
        ),
        (
            "Debian GNU/Linux 12 (bookworm): until 2028-06-30",
            "Debian GNU/Linux 12 (bookworm): được hỗ trợ đến ngày 30/06/2028",
        ),
        ("firewall: off (/sys/x)", "firewall: đang tắt (/sys/x)"),
        ("open: none", "đang mở: không có"),
        ("AnyDesk, TeamViewer", "AnyDesk, TeamViewer"),
        ("words of a newer agent", "words of a newer agent"),
        ("", ""),
    ],
)
def test_words_are_put_together_again_as_they_were(said: str, told: str) -> None:
    assert translated(said, "vi") == told
    assert translated(said, "en") == said


def test_a_hostile_text_comes_back_unchanged_and_soon() -> None:
    for text in (
        ": " * 5000,
        "no " * 4000,
        " and " * 110,
        "{0.__class__}",
        "x: {count}",
        "(" * 500,
    ):
        assert translated(text, "vi") == text
