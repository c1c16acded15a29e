"""What the agent never does, held by its syntax tree and by running it alone."""

from __future__ import annotations

import ast
import re
import subprocess  # noqa: TID251 - an interpreter without our libraries is run here
import sys
import venv
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import psutil
import pytest

import agent
from agent import closed_list, jobs, programs
from agent.host import UnreadableError
from agent.jobs import JobError
from agent.link import Ask

FOLDER = Path(str(files(agent)))
MODULES = sorted(FOLDER.rglob("*.py"))
RUNNERS = {"system", "popen", "eval", "exec", "compile", "__import__", "import_module"}
RUNNER_PREFIXES = ("exec", "spawn", "posix_spawn", "fork")
OWN = frozenset({"agent.windows.modals", "agent.windows.sockets"})
FORBIDDEN = {"asyncio", "requests", "cryptography", "msgspec", "pickle", "marshal", "ctypes"}


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func
            if isinstance(name, ast.Attribute):
                owner = name.value.id if isinstance(name.value, ast.Name) else "?"
                yield f"{owner}.{name.attr}"
            elif isinstance(name, ast.Name):
                yield name.id


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_nothing_from_the_wire_can_be_executed(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported = {name.partition(".")[0] for name in _imports(tree)}
    # The few calls of Windows that no file, key or class answers for.
    allowed = (
        {"ctypes"}
        if path.name in {"modals.py", "folders.py", "windows_service.py", "job_object.py"}
        else set()
    )
    assert not imported & (FORBIDDEN - allowed)
    assert path.name == "starting.py" or "subprocess" not in imported
    # A fork runs this very program: nothing else can be started by it.
    starters = {"forked.py": "os.fork", "starting.py": "os.posix_spawn"}
    allowed_attributes = {"re.compile", starters.get(path.name, "")}
    for call in _calls(tree):
        owner, _, name = call.rpartition(".")
        if call in allowed_attributes or (owner and owner not in {"os", "builtins", "importlib"}):
            continue
        assert name not in RUNNERS, call
        assert not name.startswith(RUNNER_PREFIXES), call


def test_programs_start_by_a_list_without_a_shell() -> None:
    tree = ast.parse((FOLDER / "starting.py").read_text("utf-8"))
    names = {"subprocess.Popen", "os.posix_spawn"}
    starts = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names
    ]
    assert len(starts) == 2
    for start in starts:
        assert (
            ast.unparse(start.args[1 if "posix" in ast.unparse(start.func) else 0]) == "arguments"
        )
        assert not {"shell", "executable", "preexec_fn"} & {one.arg for one in start.keywords}


def test_the_programs_of_the_closed_list_have_literal_arguments() -> None:
    for name, program in closed_list.PROGRAMS.items():
        # Ours by their module, and PowerShell with a script that is a constant of the agent.
        started = (
            {re.sub("-(from|up|down)$", "", name), "powershell.exe"}
            if program.arguments[0] != sys.executable
            else OWN
        )
        assert program.arguments[0 if started is not OWN else -1] in started
        marked = {"/dev/{}", "--cursor={}", "--client={host}", "--port={port}"}
        marked |= {"/var/lib/apt/lists/{}"}
        assert all(
            not re.search(r"\{(|host|port)\}", part) or part in marked for part in program.arguments
        )


@pytest.mark.parametrize("name", ["-x", "../sda", "sda;id", "a b", "", "/dev/sda", "sda\n"])
def test_a_device_name_is_never_an_option_or_a_path(name: str) -> None:
    with pytest.raises(UnreadableError):
        programs.output("smartctl", name)


@pytest.mark.parametrize("argument", [None, "", "-x", "../a", "A", "a b", "a;b", "a" * 64])
def test_a_job_takes_only_a_name_that_is_pinned_here(tmp_path: Path, argument: str | None) -> None:
    (tmp_path / "backup.json").write_text('{"sets": {"van-ban": {}, "../a": {}, "-x": {}}}')
    with pytest.raises(JobError):
        jobs.start(Ask(1, "backup", argument), tmp_path, "2026-11-23T12:00:00Z")


@pytest.mark.parametrize("job", ["shell", "run", "backup ", "Backup", "", "restore", "agent"])
def test_a_job_that_is_not_in_the_table_is_not_started(tmp_path: Path, job: str) -> None:
    with pytest.raises(JobError):
        jobs.start(Ask(1, job, "van-ban"), tmp_path, "2026-11-23T12:00:00Z")


def test_the_agent_runs_where_only_psutil_is_installed(tmp_path: Path) -> None:
    venv.create(tmp_path / "alone", with_pip=False)
    python = tmp_path / "alone/bin/python"
    packages = next((tmp_path / "alone/lib").glob("python*")) / "site-packages"
    (packages / "agent").symlink_to(FOLDER)
    (packages / "psutil").symlink_to(Path(psutil.__file__).parent)
    for command in (["probe", "system", "--json"], ["fields"], ["probe", "load", "--json"]):
        done = subprocess.run(
            [python, "-I", "-m", "agent", *command], capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
    everything = "import pkgutil, agent, importlib;" + (
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(agent.__path__, 'agent.')"
        " if m.name != 'agent.__main__']"
    )
    done = subprocess.run([python, "-I", "-c", everything], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["dance"],
        ["join", "x"],
        ["probe", "nonsense"],
        ["probe", "load", "--recording", "/none"],
        ["run", "--load-interval", "-1"],
        ["run", "--load-interval", "soon"],
    ],
)
def test_bad_input_is_one_clear_sentence_and_exit_code_2(
    tmp_path: Path, command: list[str]
) -> None:
    where = {"WARDWATCH_AGENT_STATE": str(tmp_path / "state"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-I", "-m", "agent", *command],
        capture_output=True,
        text=True,
        env=where,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_run_without_joining_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-m", "agent", "run", "--state", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "not joined yet" in done.stderr
