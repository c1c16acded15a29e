"""restic of Debian 12 and 13, and rest-server: unpacked by scripts/parts, never the system's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

SUITES = {"0.14": "bookworm", "0.18": "trixie"}
"""The restic that each suite brings."""


def programs(suite: str) -> Path:
    """The folder of a suite's programs: beside the environment, or where WARDWATCH_DEBIAN says."""
    folder = Path(os.environ.get("WARDWATCH_DEBIAN") or Path(sys.prefix, "debian"))
    found = folder / suite / "usr" / "bin"
    if not (found / "restic").is_file():
        pytest.fail(f"no restic in {found}: scripts/parts unpacks it there")
    return found
