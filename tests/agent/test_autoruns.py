"""What starts by itself: no document, account or secret is told, and nothing hides behind another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.host.recorded import Recorded, opened
from agent.parse import linux_commands, windows_commands
from agent.parse.starts import Start
from agent.software.autorun import MOST
from agent.windows import autoruns
from tests.agent.machines import NOON

STARTUP = "C%3A/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp"
USER = "S-1-5-21-1-2-3-1001"
PROFILE = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
ITS_RUN = f"HKEY_USERS\\{USER}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run"


def signed_in(folder: Path, *names: str) -> Path:
    """A recording in which `vanthu` is signed in, with that many entries of their own."""
    profile = f'[{PROFILE}\\{USER}]\n"ProfileImagePath"="C:\\\\Users\\\\vanthu"\n'
    run = "".join(f'"{name}"="C:\\\\app\\\\x.exe"\n' for name in names)
    text = f"Windows Registry Editor Version 5.00\n\n{profile}\n[{ITS_RUN}]\n{run}"
    (folder / "registry").mkdir(parents=True)
    (folder / "registry/pc.reg").write_text(text, "utf-8")
    (folder / "recording.json").write_text('{"system": "windows"}', "utf-8")
    return folder


def told(host: Recorded) -> tuple[dict[str, list[dict[str, Any]]], list[tuple[str, str]]]:
    reader = Reader(host)
    found = autoruns.autoruns(reader)
    return found, [(gap.field, gap.cause) for gap in reader.gaps]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Zalo.lnk", "Zalo"),
        ("quet.vbs", "quet.vbs"),
        ("bang luong.pdf.exe", "bang luong.pdf.exe"),
        ("UniKeyNT.exe - Shortcut.lnk", "UniKeyNT.exe"),
        ("bang luong.xlsx", "document"),
        ("don xin nghi.docx.lnk", "document"),
        ("don xin nghi.docx - Shortcut.lnk", "document"),
        ("don xin nghi.docx - Shortcut (2).LNK", "document"),
        ("don xin nghi - Lối tắt.lnk", "document"),
        ("bang luong.xlsx (ban cu).lnk", "document"),
    ],
)
def test_what_lies_in_a_startup_folder_is_named_where_it_is_a_program(
    tmp_path: Path, name: str, shown: str
) -> None:
    signed_in(tmp_path)
    (tmp_path / "files" / STARTUP).mkdir(parents=True)
    (tmp_path / "files" / STARTUP / name).touch()
    found, _ = told(opened(tmp_path, NOON))
    assert found["machine"] == [{"name": shown, "source": "startup"}]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sync_vanthu", "Sync_*"),
        ("vanthu_old", "*_old"),
        ("của VanThu", "của *"),
        ("vanthuong", "vanthuong"),
    ],
)
def test_no_account_is_named_by_an_entry(tmp_path: Path, name: str, shown: str) -> None:
    found, _ = told(opened(signed_in(tmp_path, name), NOON))
    assert [row["name"] for row in found["signed_in"]] == [shown]


class Barred(Recorded):
    """A Windows on which no startup folder can be read."""

    def names(self, path: str) -> tuple[str, ...]:
        raise UnreadableError(f"access is denied: {path}")


def test_a_folder_that_cannot_be_read_is_a_gap_that_names_nobody(tmp_path: Path) -> None:
    _, gaps = told(Barred(signed_in(tmp_path, "Zalo"), NOON))
    barred = "a startup folder cannot be read"
    assert {("autoruns.machine", barred), ("autoruns.signed_in", barred)} <= set(gaps)
    assert "vanthu" not in str(gaps)


def test_more_entries_than_anybody_has_are_a_gap_and_leave_room_for_the_rest(
    tmp_path: Path,
) -> None:
    names = (f"app number{number}x" for number in range(MOST + 1))
    found, gaps = told(opened(signed_in(tmp_path, *names), NOON))
    assert len(found["signed_in"]) == MOST
    assert ("autoruns.signed_in", f"more than {MOST} entries") in gaps


@pytest.mark.parametrize(
    ("command", "start"),
    [
        ("MYSQL_PWD=bi-mat mysqldump hoso | gzip", Start("mysqldump")),
        ("KEY=bi-mat /opt/quet/quet", Start("quet", "local")),
        ("cp /home/lan/don-ly-hon.docx /mnt/x", Start(None, "account")),
        ("/tmp/a=b/u -q", Start("u", "temporary")),  # noqa: S108 - looked for, not written to
        ("/tmp/.x/u.pdf", Start(None, "temporary")),  # noqa: S108 - looked for, not written to
    ],
)
def test_of_a_command_on_linux_no_secret_and_no_document_is_told(
    command: str, start: Start
) -> None:
    assert linux_commands.start(command) == start


@pytest.mark.parametrize(
    ("command", "start"),
    [
        ("C:/Users/Public/x.exe /q", Start("x.exe", "public")),
        ('"C:/Program Files/Zalo/Zalo.exe" /silent', Start("Zalo.exe", "programs")),
        ("C:\\Windows\\Temp\\x.pif", Start("x.pif", "temporary")),
        ("cmd /c x", Start("cmd.exe", "searched")),
    ],
)
def test_either_slash_leads_to_a_folder(command: str, start: Start) -> None:
    assert windows_commands.start(command) == start
