"""The folder for a USB stick on Linux: install, join, update, uninstall, in a tree of its own."""

from __future__ import annotations

import ensurepip
import hashlib
import shutil
import subprocess  # noqa: TID251 - the installer is run as an administrator runs it
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from agent.systemd import FOLDER, NAME
from tests.agent import door
from tests.test_wheel import wheel as wheel  # noqa: PLC0414 - a fixture

DEPLOY = Path(__file__).parents[2] / "deploy/linux"


def psutil_wheel(folder: Path) -> None:
    """Packed again from what is installed here: a test has no network."""
    found = distribution("psutil")
    tags = [line for line in (found.read_text("WHEEL") or "").splitlines() if "Tag: " in line]
    python, abi, _ = tags[0].removeprefix("Tag: ").split("-")
    platforms = ".".join(tag.rpartition("-")[2] for tag in tags)
    with ZipFile(folder / f"psutil-{found.version}-{python}-{abi}-{platforms}.whl", "w") as packed:
        for path in found.files or ():
            if path.suffix != ".pyc" and path.name not in {"INSTALLER", "REQUESTED"}:
                packed.write(path.locate(), str(path))


def pip_wheel() -> Path:
    """The one that every Python brings along."""
    beside = Path(ensurepip.__file__).parent / "_bundled"
    folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or beside
    return next(Path(folder).glob("pip-*.whl"))


@pytest.fixture(scope="module")
def stick(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stick")
    for name in ("wheels", "pip"):
        (folder / name).mkdir()
    shutil.copy(DEPLOY / "install.sh", folder)
    shutil.copy(request.getfixturevalue("wheel"), folder / "wheels")
    shutil.copy(pip_wheel(), folder / "pip")
    psutil_wheel(folder / "wheels")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}" for path in files)
    (folder / "SHA256SUMS").write_text("\n".join(sums).replace(f"{folder}/", "") + "\n")
    return folder


def ran(stick: Path, root: Path, *words: str, paste: str = "") -> subprocess.CompletedProcess[str]:
    python = f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin"
    return subprocess.run(
        ["/bin/sh", str(stick / "install.sh"), *words],
        input=f"{paste}\n",
        capture_output=True,
        text=True,
        env={"WARDWATCH_ROOT": str(root), "PATH": python},
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
        assert done.returncode == 0, done.stderr
        assert "approved as pc-01" in done.stdout
        unit = (root / FOLDER / NAME).read_text()
        assert f"ExecStart={root}/opt/wardwatch-agent/bin/python -I -m agent run" in unit
        agent = root / "opt/wardwatch-agent/bin/wardwatch-agent"
        probe = subprocess.run([agent, "probe", "load"], capture_output=True, check=False)
        assert probe.returncode == 0, probe.stderr
        key = (root / "var/lib/wardwatch-agent/agent.json").read_text()

        again = ran(stick, root)  # an update: no string is asked for
        assert again.returncode == 0, again.stderr
        assert (root / "var/lib/wardwatch-agent/agent.json").read_text() == key
        assert len(there.joins) == 1
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
    assert not (root / FOLDER / NAME).exists()
