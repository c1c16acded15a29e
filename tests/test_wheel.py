"""What is handed out: the wheel's packages, and the agent in it with the standard library alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess  # noqa: TID251 - the wheel is built, installed and run as on a PC
import sys
import venv
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

OURS = {"agent", "alerts", "backup", "collector", "console"}
PARTS = (*sorted(OURS), "pyproject.toml", "README.md", "LICENSE")
BESIDE = Path(__file__).resolve().parent.parent


def _done(command: list[str | Path], folder: Path) -> str:
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _built(folder: Path) -> Path:
    """A wheel of the checkout, from a copy: what an earlier build left behind stays out of it."""
    source = folder / "source"
    source.mkdir()
    for name in PARTS:
        if (BESIDE / name).is_dir():
            shutil.copytree(
                BESIDE / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(BESIDE / name, source)
    build = ["-m", "build", "-q", "--wheel", "--no-isolation", "--outdir", str(folder)]
    _done([sys.executable, *build], source)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that WARDWATCH_WHEEL names, else one of the checkout that these tests lie in."""
    named = os.environ.get("WARDWATCH_WHEEL")
    if named:
        return Path(named)
    if not all((BESIDE / name).exists() for name in PARTS):
        pytest.fail("no checkout beside the tests: name a wheel by WARDWATCH_WHEEL")
    return _built(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment that has this wheel and nothing else, not even psutil."""
    place = tmp_path_factory.mktemp("alone")
    venv.create(place, with_pip=False)
    programs = place / "bin"
    pip = ["-m", "pip", "--python", str(programs / "python"), "install", "--no-deps", "--no-index"]
    _done([sys.executable, *pip, "--quiet", wheel], place)
    return programs


def _printed(alone: Path, *arguments: str) -> Any:
    return json.loads(_done([alone / "wardwatch-agent", *arguments], alone))


def test_the_wheel_holds_the_pages_browser_code_with_its_licences(wheel: Path) -> None:
    held = {Path(name).name for name in ZipFile(wheel).namelist() if "/static/vendor/" in name}
    assert held >= {"htmx.js", "uplot.js", "uplot.css", "htmx.LICENSE.txt", "uplot.LICENSE.txt"}


def test_the_wheel_holds_our_five_packages_and_no_other(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == OURS


def test_the_wheel_holds_the_texts_that_people_read(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for package in OURS - {"collector"}:
        for language in ("vi", "en"):
            assert f"{package}/messages/{language}.toml" in names


def gaps(told: Any) -> list[dict[str, str]]:
    return [gap for report in told["reports"] for gap in report["gaps"]]


def test_the_agent_alone_surveys_the_pc(alone: Path) -> None:
    told = _printed(alone, "report", "--json")
    reports = {report["kind"]: report for report in told["reports"]}
    assert set(reports) == {"load", "security", "hardware", "system", "software", "events"}
    assert all(report["section"] for kind, report in reports.items() if kind != "events")
    # On Linux nothing rests on psutil any more: the kernel itself is asked for addresses.
    assert "not installed" not in {gap["cause"].partition(":")[0] for gap in gaps(told)}


def test_the_agent_alone_reads_the_load_and_tells_its_fields(alone: Path) -> None:
    assert _printed(alone, "probe", "load", "--json")["section"]["memory"]["total_bytes"] > 0
    assert _printed(alone, "fields", "--json")["load.memory.total_bytes"]
    words = "from agent.words import translated; print(translated('off', 'vi'))"
    assert _done([alone / "python", "-I", "-X", "utf8", "-c", words], alone) == "đang tắt\n"


@pytest.mark.parametrize(
    ("language", "told"),
    [("vi", "máy này chỉ cài chương trình"), ("en", "only the agent is installed")],
)
def test_where_the_agent_is_alone_the_server_s_command_says_so(
    alone: Path, language: str, told: str
) -> None:
    for words in ([], ["up"], ["--help"]):
        ended = subprocess.run(
            [alone / "wardwatch", *words],
            env={"WARDWATCH_LANGUAGE": language, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 2
        assert ended.stderr.startswith("wardwatch: ")
        assert told in ended.stderr
        assert "click" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


def test_our_package_names_belong_to_our_distribution_alone() -> None:
    owners = packages_distributions()
    assert {name: set(owners[name]) for name in OURS} == {name: {"wardwatch"} for name in OURS}
