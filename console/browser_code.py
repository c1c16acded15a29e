"""What runs in the browser and is not ours: where it lies, and what of it is missing."""

from __future__ import annotations

from importlib.resources import files

FILES = ("htmx.js", "uplot.js", "uplot.css")


def missing() -> tuple[str, ...]:
    """Names of the files that set-up should have fetched; empty where all are there."""
    place = files("console").joinpath("static", "vendor")
    return tuple(name for name in FILES if not place.joinpath(name).is_file())
