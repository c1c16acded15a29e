"""Fixtures that every part's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def example_inventory_path() -> Path:
    """The example office: beside tests/, or where WARDWATCH_EXAMPLE says (a wheel under test)."""
    beside = Path(__file__).resolve().parent.parent / "inventory.yaml"
    path = Path(os.environ.get("WARDWATCH_EXAMPLE") or beside)
    if not path.is_file():
        pytest.fail(f"no example office at {path}: set WARDWATCH_EXAMPLE to inventory.yaml")
    return path
