"""A running collector follows the file, and keeps the last good office while it is broken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collector.inventory.read import InventoryError
from collector.inventory.source import Source


@pytest.fixture
def path(tmp_path: Path, example_inventory_path: Path) -> Path:
    path = tmp_path / "inventory.yaml"
    path.write_bytes(example_inventory_path.read_bytes())
    return path


def _rename(path: Path, name: str) -> None:
    """Save as editors do: write a new file beside it, and put it in its place."""
    text = path.read_text("utf-8").splitlines(keepends=True)
    line = next(line for line in text if line.startswith("  name: "))
    new = path.with_suffix(".new")
    new.write_text("".join(text).replace(line, f"  name: {name}\n", 1), "utf-8")
    new.replace(path)


def test_a_saved_change_is_in_force_at_the_next_look(path: Path) -> None:
    source = Source(path)
    _rename(path, "UBND phường Hoa Đào")
    assert source.current().site.name == "UBND phường Hoa Đào"
    assert source.problem is None


def test_a_change_of_the_same_length_is_seen(path: Path) -> None:
    source = Source(path)
    before = source.current().site.name
    _rename(path, before.replace("Hoa Mai", "Hoa Ban"))
    assert source.current().site.name == before.replace("Hoa Mai", "Hoa Ban")


def test_an_unchanged_file_is_not_read_again(path: Path) -> None:
    source = Source(path)
    assert source.current() is source.current()


def test_a_broken_file_keeps_the_old_office_and_says_why(path: Path) -> None:
    source = Source(path)
    before = source.current()
    _rename(path, "[")
    assert source.current() is before
    assert source.problem is not None
    assert str(path) in str(source.problem)


def test_a_file_that_vanished_keeps_the_old_office_and_says_so(path: Path) -> None:
    source = Source(path)
    before = source.current()
    path.unlink()
    assert source.current() is before
    assert "cannot be read: no such file" in str(source.problem)


def test_a_mended_file_is_in_force_again(path: Path) -> None:
    source = Source(path)
    good = path.read_bytes()
    path.write_text("version: 9\n", "utf-8")
    source.current()
    path.write_bytes(good)
    assert source.current().site.id == "hoa-mai"
    assert source.problem is None


def test_a_file_that_is_broken_at_start_is_refused(path: Path) -> None:
    path.write_text("version: 1\n", "utf-8")
    with pytest.raises(InventoryError, match="site: is missing"):
        Source(path)


def test_many_threads_see_one_office(path: Path) -> None:
    source = Source(path)
    _rename(path, "UBND phường Hoa Đào")
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: source.current(), range(64)))
    assert len({id(office) for office in seen}) == 1


def test_a_process_that_starts_while_the_file_is_broken_works_by_the_kept_copy(path: Path) -> None:
    kept = path.with_name("kept.yaml")
    kept.write_bytes(path.read_bytes())
    path.write_text("version: 2\n", "utf-8")
    source = Source(path, kept)
    assert source.current().site.id == "hoa-mai"
    assert source.problem is not None
    path.write_bytes(kept.read_bytes())
    source.current()
    assert source.problem is None


def test_without_a_kept_copy_a_broken_file_is_told_at_start(path: Path) -> None:
    path.write_text("version: 2\n", "utf-8")
    with pytest.raises(InventoryError):
        Source(path, path.with_name("none.yaml"))
