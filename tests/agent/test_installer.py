"""The folder for a USB stick on Linux: install, join, update, uninstall, in a tree of its own."""

from __future__ import annotations

import re
import shutil
import subprocess  # noqa: TID251 - the installer is run as an administrator runs it
import sys
from pathlib import Path

from agent.systemd import FOLDER, NAME
from tests.agent import door
from tests.agent.stick import DEPLOY, summed
from tests.agent.stick import stick as stick  # noqa: PLC0414 - a fixture
from tests.test_wheel import wheel as wheel  # noqa: PLC0414 - a fixture

MESSAGES = DEPLOY / "messages"


def ran(
    stick: Path, root: Path, *words: str, paste: str = "", language: str = "en_US.UTF-8"
) -> subprocess.CompletedProcess[str]:
    python = f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin"
    return subprocess.run(
        ["/bin/sh", str(stick / "install.sh"), *words],
        input=f"{paste}\n",
        capture_output=True,
        text=True,
        env={"WARDWATCH_ROOT": str(root), "PATH": python, "LANG": language},
        timeout=300,
        check=False,
    )


def left(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if not path.is_dir()]


def test_a_pasted_string_is_all_it_takes_and_uninstalling_leaves_nothing(
    stick: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with door.opened(tmp_path) as there:
        done = ran(stick, root, paste=there.string)
        assert not list(stick.rglob("__pycache__"))
        assert done.returncode == 0, done.stderr
        assert "approved as pc-01" in done.stdout
        unit = (root / FOLDER / NAME).read_text()
        assert f"ExecStart={root}/opt/wardwatch-agent/bin/python -I -X no_debug_ranges -c" in unit
        agent = root / "opt/wardwatch-agent/bin/wardwatch-agent"
        probe = subprocess.run([agent, "probe", "load"], capture_output=True, check=False)
        assert probe.returncode == 0, probe.stderr
        key = (root / "var/lib/wardwatch-agent/agent.json").read_text()

        again = ran(stick, root)  # an update: no string is asked for
        assert again.returncode == 0, again.stderr
        assert (root / "var/lib/wardwatch-agent/agent.json").read_text() == key
        assert len(there.joins) == 1
        assert "Updated" in again.stdout
        assert (root / "usr/local/sbin/wardwatch-agent").readlink() == agent
    gone = ran(stick, root, "--uninstall")
    assert gone.returncode == 0, gone.stderr
    assert left(root) == []
    assert ran(stick, root, "--uninstall").returncode == 0


def test_a_damaged_stick_installs_nothing(stick: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(stick, copy)
    broken = next((copy / "wheels").glob("wardwatch-*.whl"))
    broken.write_bytes(broken.read_bytes()[:-1])
    done = ran(copy, tmp_path / "root")
    assert done.returncode == 2
    assert "damaged or missing" in done.stderr
    assert not (tmp_path / "root").exists()


def test_a_wrong_join_string_is_told_and_starts_no_service(stick: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    done = ran(stick, root, paste="wardwatch:nonsense")
    assert done.returncode == 2
    assert "wardwatch-agent: " in done.stderr
    assert "nothing was installed" in done.stderr
    assert left(root) == []


def test_a_join_string_on_the_command_line_is_refused_unread(stick: Path, tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        done = ran(stick, tmp_path / "root", there.string)
    assert done.returncode == 2
    assert "paste it when asked" in done.stderr
    assert door.TOKEN not in done.stderr + done.stdout
    assert there.joins == []
    assert not (tmp_path / "root").exists()


def installed(stick: Path, root: Path, folder: Path) -> Path:
    """An agent that has joined, with a mark of its own in its program."""
    with door.opened(folder) as there:
        done = ran(stick, root, paste=there.string)
    assert done.returncode == 0, done.stderr
    mark = root / "opt/wardwatch-agent/mark"
    mark.write_text("the older version")
    return mark


def test_an_update_that_does_not_fit_leaves_the_older_version_at_work(
    stick: Path, tmp_path: Path
) -> None:
    root, copy = tmp_path / "root", tmp_path / "copy"
    mark = installed(stick, root, tmp_path)
    before = sorted(left(root))
    shutil.copytree(stick, copy)
    next((copy / "wheels").glob("psutil-*.whl")).unlink()
    summed(copy)
    done = ran(copy, root)
    assert done.returncode == 2
    assert "do not fit the Python" in done.stderr
    assert mark.exists()
    assert sorted(left(root)) == before


def test_an_update_whose_service_cannot_be_put_in_is_taken_back(
    stick: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    mark = installed(stick, root, tmp_path)
    unit = root / FOLDER / NAME
    unit.unlink()
    unit.mkdir()
    done = ran(stick, root)
    assert done.returncode == 2
    assert "older version is back" in done.stderr
    assert mark.exists()
    unit.rmdir()
    mended = ran(stick, root)
    assert mended.returncode == 0, mended.stderr
    assert not mark.exists()
    assert not (root / "opt/wardwatch-agent.old").exists()


def test_a_power_cut_in_the_middle_of_an_update_is_mended_by_the_next_one(
    stick: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    program = installed(stick, root, tmp_path).parent
    program.rename(program.with_name("wardwatch-agent.old"))
    again = ran(stick, root)
    assert again.returncode == 0, again.stderr
    assert program.is_dir()
    assert not program.with_name("wardwatch-agent.old").exists()


def test_what_is_left_of_an_agent_whose_program_is_gone_is_removed_too(
    stick: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    program = installed(stick, root, tmp_path).parent
    shutil.rmtree(program)
    gone = ran(stick, root, "--uninstall")
    assert gone.returncode == 0, gone.stderr
    assert left(root) == []


def test_the_installer_speaks_vietnamese_where_nobody_asks_for_english(
    stick: Path, tmp_path: Path
) -> None:
    done = ran(stick, tmp_path / "root", "--remove", language="C")
    assert "không có tùy chọn" in done.stderr
    assert "no such option" in ran(stick, tmp_path / "root", "--remove").stderr


def test_every_word_of_the_installer_stands_in_both_languages_and_is_said() -> None:
    said = {
        path.stem: dict(re.findall(r"^([a-z_]+)='(.*)'$", path.read_text("utf-8"), re.MULTILINE))
        for path in MESSAGES.glob("*.sh")
    }
    assert said.keys() == {"vi", "en"}
    assert said["vi"].keys() == said["en"].keys()
    used = set(re.findall(r"\$([a-z_]+)", (DEPLOY / "install.sh").read_text("utf-8")))
    assert said["vi"].keys() <= used
    for name, text in said["vi"].items():
        assert text.count("%s") == said["en"][name].count("%s"), name
