"""The API's own description, OpenAPI 3.1, made of the table of operations."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import Struct

from console.api.operation import Operation
from console.api.table import OPERATIONS
from console.pages.problems import NUMBER_MOST

PROBLEM = "application/problem+json"
PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")


class Problem(Struct, frozen=True):
    """What was refused: what is wrong and how to mend it, and at which address (RFC 9457)."""

    type: str
    title: str
    status: int
    instance: str


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1 of all that stands in the table."""
    types = [Problem, *(one.answer for one in OPERATIONS if not one.media)]
    types += [one.body for one in OPERATIONS if one.body is not None]
    found, schemas = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    shapes = dict(zip(map(str, types), found, strict=True))
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(address(one), {})[one.method.lower()] = _operation(one, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wardwatch console",
            "version": version("wardwatch"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-wardwatch"},
            },
        },
    }


def address(one: Operation) -> str:
    """As OpenAPI writes it, without the kind of its parts."""
    return PARAMETER.sub(r"{\1}", one.path)


def _operation(one: Operation, shapes: dict[str, Any]) -> dict[str, Any]:
    content = {media: {} for media in one.media} if one.media else _json(shapes[str(one.answer)])
    told: dict[str, Any] = {
        "operationId": one.function.__name__,
        "summary": (one.function.__doc__ or "").strip(),
        "tags": [one.path.split("/")[2].partition(".")[0]],
        "parameters": [*map(_part, PARAMETER.findall(one.path)), *_query(one)],
        "responses": {
            "200": {"description": "answered", "content": content},
            "4XX": {"description": "refused", "content": {PROBLEM: {"schema": _problem(shapes)}}},
        },
    }
    if one.body is not None:
        told["requestBody"] = {"required": True, "content": _json(shapes[str(one.body)])}
    return told


def _part(found: tuple[str, str]) -> dict[str, Any]:
    name, kind = found
    whole = {"type": "integer", "minimum": 0, "maximum": NUMBER_MOST}
    schema = whole if kind == "int" else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": means, "schema": {"type": "string"}}
        for name, means in one.query.items()
    ]


def _problem(shapes: dict[str, Any]) -> Any:
    return shapes[str(Problem)]


def _json(shape: Any) -> dict[str, Any]:
    return {"application/json": {"schema": shape}}
