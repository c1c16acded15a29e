"""The folder for a USB stick on Linux, as scripts/bundle makes it, from what lies on this machine."""

from __future__ import annotations

import ensurepip
import hashlib
import shutil
import sysconfig
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

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
    shutil.copytree(DEPLOY / "messages", folder / "messages")
    summed(folder)
    return folder


def summed(folder: Path) -> None:
    """Write SHA256SUMS of all that lies there."""
    listed = folder / "SHA256SUMS"
    listed.unlink(missing_ok=True)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}" for path in files)
    listed.write_text("\n".join(sums).replace(f"{folder}/", "") + "\n")
