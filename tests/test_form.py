"""The house's walls: a module holds one thing in 300 lines at most, a function in fifty."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

LINES_OF_A_MODULE, LINES_OF_A_FUNCTION = 300, 50
PACKAGES = ("agent", "alerts", "backup", "collector", "console")
BESIDE = Path(__file__).resolve().parent.parent
FOLDERS = (
    *(Path(str(files(name))) for name in PACKAGES),
    *(BESIDE / name for name in ("tests", "bench") if (BESIDE / name).is_dir()),
)
"""The packages as they are installed; of the rest what lies beside: a copy of the tests has no bench."""
STATEMENTS = "migrations/versions"
"""A migration is one list of statements, and never edited once it has landed."""


def modules() -> Iterator[tuple[str, str]]:
    """Name and text of every module but the migrations."""
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            if STATEMENTS not in path.as_posix():
                yield str(path.relative_to(folder.parent)), path.read_text("utf-8")


def long_functions(text: str) -> Iterator[tuple[str, int]]:
    """Name and length of each that is longer than the wall, decorators left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LINES_OF_A_FUNCTION:
                yield node.name, length


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    lengths = {name: text.count("\n") for name, text in modules()}
    assert len(lengths) > 900
    assert {name: n for name, n in lengths.items() if n > LINES_OF_A_MODULE} == {}


def test_no_function_is_longer_than_fifty_lines() -> None:
    found = {
        f"{name}: {function}": length
        for name, text in modules()
        for function, length in long_functions(text)
    }
    assert found == {}


def test_a_function_of_fifty_lines_stands_and_one_of_fifty_one_is_told() -> None:
    body = "    here()\n"
    text = f"@decorated\ndef short():\n{body * 49}\nclass A:\n    async def tall(self):\n{'    ' + body}"
    text += ("    " + body) * 49
    assert list(long_functions(text)) == [("tall", 51)]
