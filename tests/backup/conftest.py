from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.samples import make
from tests.backup.place import Place, made, opened
from tests.collector.conftest import postgres, postgres_url, store

__all__ = ["postgres", "postgres_url", "store"]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Place]:
    """An office whose repository is still to be made."""
    place = made(tmp_path)
    yield place
    place.store.close()


@pytest.fixture(scope="session")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder after the first backup of the sample documents, to be copied."""
    place = made(tmp_path_factory.mktemp("backed-up"))
    place.source.rmdir()
    make(place.source)
    assert place.prove("prepare").ok
    assert place.back_up().ok
    place.store.close()
    return place.state_folder


@pytest.fixture
def place(backed_up: Path, tmp_path: Path) -> Iterator[Place]:
    """An office with sample documents, a repository, and one backup in it."""
    shutil.copytree(backed_up, tmp_path, dirs_exist_ok=True)
    place = opened(tmp_path)
    yield place
    place.store.close()
