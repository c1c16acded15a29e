"""Where the layout of a paper comes from: the office's own folder first, then this package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

GENERAL = "paper"
"""The layout that serves every kind of paper without one of its own."""


class TemplateError(Exception):
    """The office's template cannot be read, or it is wrong."""


@dataclass(frozen=True)
class Template:
    """The layout's text, and the one folder that it may read further files from."""

    name: str
    source: bytes
    folder: Path | None


def template(kind: str, own: Path | None) -> Template:
    """`KIND.typ`, then `paper.typ` of the office's folder; else the one that comes with us."""
    for name in (kind, GENERAL) if own else ():
        path = own / f"{name}.typ" if own else Path()
        if path.is_file():
            return Template(str(path), _read(path), path.parent)
    return Template(f"{GENERAL}.typ", files(__name__).joinpath(f"{GENERAL}.typ").read_bytes(), None)


def chart() -> bytes:
    """The function that draws a chart, for every layout: ours, the office's, a picture alone."""
    return files(__name__).joinpath("chart.typ").read_bytes()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TemplateError(f"template {path} cannot be read: {error.strerror}") from error
