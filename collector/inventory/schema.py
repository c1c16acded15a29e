"""inventory.yaml told to editors (JSON Schema) and to readers (a table of every key)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from collector.inventory.kinds import HOST_PORT, HOURS, ID
from collector.inventory.meaning import meanings
from collector.inventory.model import Inventory
from collector.inventory.wording import inner


@dataclass(frozen=True)
class Key:
    """One key of the file: `machines[].room`, the kind of its value, its default, its meaning."""

    path: str
    kind: str
    default: str
    """As the file would write it."""
    meaning: str


_NAMES = {
    ID: "id",
    HOURS: "span",
    HOST_PORT: "`host:port` pair",
    "date": "date",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}
"""What a reader calls a value of that pattern, format or type."""


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the file, with the meaning of every key as its description."""
    described = Inventory.model_json_schema()
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    described["title"] = "wardwatch: inventory.yaml"
    shapes = described["$defs"]
    models: tuple[type[BaseModel], ...] = (Inventory, *_models(Inventory))
    for model in models:
        shape = described if model is Inventory else shapes[model.__name__]
        for name, info in model.model_fields.items():
            written = shape["properties"][info.alias or name]
            written["description"] = meanings(model)[name]
            # pydantic titles a key by its own name, which editors show in the meaning's place.
            written.pop("title", None)
    return described


def text() -> str:
    """The schema as docs/inventory.schema.json holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def every_key() -> tuple[Key, ...]:
    """Every key that may stand in the file, from the top."""
    return tuple(_keys(Inventory, ""))


def table() -> str:
    """All keys as a Markdown table, as docs/inventory.md holds it."""
    rows = [f"| `{key.path}` | {key.kind} | {key.default} | {key.meaning} |" for key in every_key()]
    return "\n".join(
        ("| key | value | default | meaning |", "| --- | --- | --- | --- |", *rows, "")
    )


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for info in model.model_fields.values():
        found = inner(info.annotation)
        if found is not None:
            yield found
            yield from _models(found)


def _keys(model: type[BaseModel], prefix: str) -> Iterator[Key]:
    shapes = model.model_json_schema()["properties"]
    for name, info in model.model_fields.items():
        written = info.alias or name
        path = f"{prefix}{written}"
        shape = shapes[written]
        many = shape.get("type") == "array"
        yield Key(path, _kind(shape), _default(info), meanings(model)[name])
        found = inner(info.annotation)
        if found is not None:
            yield from _keys(found, f"{path}[]." if many else f"{path}.")


def _kind(shape: dict[str, Any]) -> str:
    """In a reader's words: `number, more than 0`; the key's table cell."""
    chosen = next((one for one in shape.get("anyOf", ()) if one.get("type") != "null"), shape)
    choices = chosen.get("enum") or ([chosen["const"]] if "const" in chosen else None)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if chosen.get("type") == "array":
        return f"list of {_kind(chosen['items'])}s"
    known = (chosen.get(sign) for sign in ("pattern", "format", "type"))
    name = next((_NAMES[sign] for sign in known if sign in _NAMES), "group")
    return f"{name}{_limits(chosen)}"


def _limits(shape: dict[str, Any]) -> str:
    words = (
        ("exclusiveMinimum", "more than"),
        ("minimum", "at least"),
        ("maximum", "at most"),
    )
    return "".join(f", {word} {shape[limit]:,}" for limit, word in words if limit in shape)


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.get_default()
    if value is None:
        return "none"
    return (
        "as below" if isinstance(value, BaseModel) else f"`{json.dumps(value, ensure_ascii=False)}`"
    )


def main() -> None:
    """`python -m collector.inventory.schema json|table`: what the two files in docs/ hold."""
    parts = {"json": text, "table": table}
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("part", choices=parts)
    sys.stdout.write(parts[arguments.parse_args().part]())


if __name__ == "__main__":
    main()
