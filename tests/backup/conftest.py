from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.samples import make
from collector.store.database import connect
from tests.backup.escrowed import (
    ID,
    Joined,
    Onlooker,
    joined,
    owning,
    prepared,
    settle,
    yet_to_join,
)
from tests.backup.escrowed import opened as reached
from tests.backup.parts import SUITES, programs
from tests.backup.place import Place, made, opened
from tests.collector.conftest import postgres, postgres_url, store

__all__ = ["postgres", "postgres_url", "store"]


@pytest.fixture(scope="session", params=list(SUITES))
def restic_version(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both of Debian's restics, one after the other: `restic` on the PATH is the one of its turn."""
    version: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{programs(SUITES[version])}{os.pathsep}{os.environ['PATH']}")
        yield version


@pytest.fixture
def bare(restic_version: str, tmp_path: Path) -> Iterator[Place]:
    """An office whose repository is still to be made."""
    place = made(tmp_path)
    yield place
    place.store.close()


@pytest.fixture(scope="session")
def backed_up(restic_version: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder after the first backup of the sample documents, to be copied."""
    place = made(tmp_path_factory.mktemp("backed-up"))
    place.source.rmdir()
    make(place.source)
    place.prepare()
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


@pytest.fixture
def office(restic_version: str, tmp_path: Path) -> Iterator[Place]:
    place = yet_to_join(tmp_path)
    yield place
    place.store.close()


@pytest.fixture(scope="module")
def joined_once(restic_version: str, tmp_path_factory: pytest.TempPathFactory) -> Joined:
    place = yet_to_join(tmp_path_factory.mktemp("owned"))
    assert settle(place) == (ID,)
    with reached(place) as running, Onlooker() as onlooker:
        said = joined(place, running, place.agent_folder)
        assert settle(place) == ()
        prepared(place)
    place.store.close()
    return Joined(place.state_folder, said, frozenset(onlooker.seen))


@pytest.fixture
def owned(joined_once: Joined, tmp_path: Path) -> Iterator[Place]:
    """An office whose PC has joined, and a repository made with its password."""
    shutil.copytree(joined_once.folder, tmp_path, dirs_exist_ok=True)
    place = Place(tmp_path, connect(f"sqlite:///{tmp_path}/wardwatch.sqlite"))
    place.inventory = owning(place.inventory)
    yield place
    place.store.close()
