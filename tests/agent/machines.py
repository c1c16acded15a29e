"""The small recordings beside the tests, and the large ones where they are at hand."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.host.recorded import Recorded, opened
from agent.probes import read

HERE = Path(__file__).parent
OWN = HERE / "recordings"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = tuple(sorted(path.name for path in OWN.iterdir()))


def recordings() -> Path:
    """Recordings of real machines; the folder need not exist."""
    beside = HERE.parents[2] / "shared" / "recordings"
    return Path(os.environ.get("WARDWATCH_RECORDINGS") or beside)


def samples(kind: str) -> dict[str, Path]:
    """Loose files of one kind by name: our own, always there, and those at hand."""
    found = {f"own/{path.name}": path for path in sorted((HERE / "samples" / kind).iterdir())}
    folder = recordings() / kind
    if folder.is_dir():
        found |= {path.name: path for path in sorted(folder.iterdir())}
    return found


def machine(name: str) -> Recorded:
    return opened(OWN / name, NOON)


def copied(name: str, into: Path) -> Recorded:
    """A copy that a test may change."""
    shutil.copytree(OWN / name, into)
    return opened(into, NOON)


def section(name: str, probe: str) -> Any:
    return read(probe, machine(name)).section


def verdicts(host: Recorded) -> dict[str, str]:
    rows = read("security", host).section["checks"]
    return {row["id"]: row["verdict"] for row in rows}
