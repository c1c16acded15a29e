"""What the collector's structs hold of a PC stands in the list that the staff can read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import inspect

from agent import fields
from collector import sections


def paths(kind: inspect.Type, path: str) -> Iterator[str]:
    """Every field as the list names it; a list of plain values is one field."""
    if isinstance(kind, inspect.Metadata):
        yield from paths(kind.type, path)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from paths(one, path)
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield from paths(field.type, f"{path}.{field.encode_name}")
    elif isinstance(kind, inspect.VarTupleType):
        inner = set(paths(kind.item_type, f"{path}[]"))
        yield from {path} if inner == {f"{path}[]"} else inner
    elif not isinstance(kind, inspect.NoneType):
        yield path


# What inventory and events hold is told by their readers, and held to the list where they are read.
@pytest.mark.parametrize(
    "kind", ["backup", "bandwidth", "line", "load", "neighbours", "presence", "security"]
)
def test_every_field_of_a_report_has_its_purpose(kind: str) -> None:
    held = set(paths(inspect.type_info(sections.TYPED[kind]), kind))
    assert held
    assert held <= set(fields.purposes("vi"))
