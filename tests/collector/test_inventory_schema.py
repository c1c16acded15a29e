"""What editors and readers are told of the file is what the reader holds it to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collector.inventory import schema


def _docs(example: Path, name: str) -> str:
    return (example.parent / "docs" / name).read_text("utf-8")


def test_the_schema_in_the_docs_is_in_step(example_inventory_path: Path) -> None:
    assert _docs(example_inventory_path, "inventory.schema.json") == schema.text()


def test_the_table_in_the_docs_is_in_step(example_inventory_path: Path) -> None:
    assert _docs(example_inventory_path, "inventory.md").endswith(schema.table())


def test_every_key_has_a_meaning() -> None:
    assert [
        key.path for key in schema.every_key() if not re.fullmatch(r"[A-Z].+\.", key.meaning)
    ] == []


def test_the_schema_refuses_unknown_keys_in_every_group() -> None:
    described = schema.schema()
    groups = (described, *described["$defs"].values())
    assert all(group["additionalProperties"] is False for group in groups)


@pytest.mark.parametrize(
    ("path", "kind", "default"),
    [
        ("machines[].room", "text", "**required**"),
        ("machines[].always_on", "true or false", "`false`"),
        ("machines[].bought", "date", "none"),
        ("lines[].targets", "list of `host:port` pairs", "**required**"),
        ("rules.disk-filling.used_ratio", "number, more than 0, at most 1", "`0.9`"),
        ("backups[].keep", "group", "as below"),
        ("devices[].snmp.version", "`2c`, `3`", '`"2c"`'),
    ],
)
def test_a_key_is_told_in_a_readers_words(path: str, kind: str, default: str) -> None:
    (key,) = (key for key in schema.every_key() if key.path == path)
    assert (key.kind, key.default) == (kind, default)
