"""Measures a whole inventory beside fusioninventory's, in one run on one machine.

    apt-get install fusioninventory-agent
    python -m bench.inventory [--runs N]

Ours is installed alone into an environment of its own on the system's own Python, as a PC has it (a
checkout's own environment costs each start a third more), and started as the service starts it. Each runs once unmeasured; then
the median of the runs is told: processor time with that of all children (wait4(2)), and wall time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess  # noqa: TID251 - the programs that are measured
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

PEER = "fusioninventory-inventory"
SECTIONS = ("hardware", "system", "software")
RUNS = 10
GOAL = 10
"""How many times cheaper than its peer ours is to be, in wall and in processor time."""
FLAGS = ("-I",)
OF_SYSTEM = "/usr/bin/python3"
COMPILED = shutil.ignore_patterns("__pycache__")


@dataclass(frozen=True)
class Survey:
    """What a whole inventory costs."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    sections: int


def our_inventory(runs: int = RUNS) -> Survey:
    """The whole inventory as one command; its sections are the fields that hold something."""

    def filled(out: bytes) -> int:
        sections = (json.loads(line)["section"] for line in out.splitlines())
        return sum(1 for section in sections for value in section.values() if value)

    with installed() as python:
        command = [python, *FLAGS, "-m", "agent", "probe", *SECTIONS, "--json"]
        return _median("wardwatch-agent", command, runs, filled)


@contextmanager
def installed() -> Iterator[str]:
    """The interpreter of an environment that holds the agent alone."""
    with tempfile.TemporaryDirectory() as name:
        python = str(Path(name, "bin", "python"))
        subprocess.run([interpreter(), "-I", "-m", "venv", "--without-pip", name], check=True)
        packages = next(Path(name, "lib").glob("python*")) / "site-packages"
        shutil.copytree(str(files("agent")), packages / "agent", ignore=COMPILED)
        subprocess.run([python, "-I", "-m", "compileall", "-q", packages], check=True)
        yield python


def interpreter() -> str:
    """The system's own, which `deploy/linux/install.sh` takes on a PC; else the one that runs this.

    One that was built on the machine, as pyenv does, is a quarter slower and two mebibytes larger.
    """
    asked = "import sys; sys.exit(sys.version_info < (3, 11))"
    fits = [OF_SYSTEM, "-I", "-c", asked]
    is_there = Path(OF_SYSTEM).exists() and not subprocess.run(fits, check=False).returncode
    return OF_SYSTEM if is_there else sys.executable


def fusioninventory(runs: int = RUNS) -> Survey:
    """The local inventory, printed; its sections are the kinds of element below CONTENT."""

    def kinds(out: bytes) -> int:
        content = ET.fromstring(out).find("CONTENT")  # noqa: S314 - written here, a moment ago
        return len({part.tag for part in content if len(part)} if content is not None else ())

    return _median(PEER, [PEER], runs, kinds)


def table(rows: list[Survey]) -> str:
    """A row each, with ratios to the first."""
    own = rows[0]
    lines = ["| inventory | wall s | CPU s | sections | wall | CPU |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    lines += [
        f"| {row.name} | {row.wall_seconds:.3f} | {row.cpu_seconds:.3f} | {row.sections}"
        f" | {row.wall_seconds / own.wall_seconds:.1f} x"
        f" | {row.cpu_seconds / own.cpu_seconds:.1f} x |"
        for row in rows
    ]
    lines.append(f"\ngoal: at least {GOAL} x in both, and no fewer sections")
    return "\n".join(lines)


def main() -> int:
    """Print the table; 2 where the peer is not installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    if shutil.which(PEER, path=_path()) is None:
        sys.stderr.write(f"not installed: {PEER}; see python -m bench.inventory --help\n")
        return 2
    print(table([our_inventory(runs), fusioninventory(runs)]))
    return 0


def _median(name: str, command: list[str], runs: int, count: Callable[[bytes], int]) -> Survey:
    _done(command)  # what the disk reads for the first time is no cost of an inventory
    walls, spent, sections = [], [], 0
    for _ in range(runs):
        began = time.perf_counter()
        out, cpu_seconds = _done(command)
        walls.append(time.perf_counter() - began)
        spent.append(cpu_seconds)
        sections = count(out)
    return Survey(name, statistics.median(walls), statistics.median(spent), sections)


def _done(command: list[str]) -> tuple[bytes, float]:
    """What it printed, and its processor time with that of its children."""
    with tempfile.TemporaryFile() as out:
        environment = {**os.environ, "PATH": _path()}
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=environment)
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{command[0]}: exit code {process.returncode}")
        out.seek(0)
        return out.read(), spent.ru_utime + spent.ru_stime


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"


if __name__ == "__main__":
    sys.exit(main())
