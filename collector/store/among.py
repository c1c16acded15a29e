"""One parameter for many names: a list of any length is the same statement, compiled once."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import ColumnElement, Connection, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY


def among(
    connection: Connection, column: ColumnElement[str], names: Iterable[str]
) -> ColumnElement[bool]:
    """Whether the column holds one of these texts.

    `in_` writes a parameter for each name, and the words of a statement with a hundred of them
    are made anew every time: that costs more than the question.
    """
    listed = sorted(names)
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam("names", listed, ARRAY(Text), unique=True))
    # json_each is built into SQLite since 3.38 (sqlite.org/json1.html).
    names_text = msgspec.json.encode(listed).decode()
    return column.in_(select(func.json_each(names_text).table_valued("value").c.value))
