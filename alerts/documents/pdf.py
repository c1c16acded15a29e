"""A paper as PDF/A-1b, to be signed: set by typst, equal papers in equal bytes."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec

from alerts.documents.fonts import Typeface, find, letters
from alerts.documents.legible import legible, line
from alerts.documents.model import Chart, Paper
from alerts.documents.strings import changed
from alerts.documents.templates import Template, TemplateError, chart, template
from alerts.documents.texts import text

WORDS = ("state", "motto", "number", "date", "addressee", "recipients", "drill")
"""Fixed words of the form, handed to the template beside the paper."""

FIRST = b"#set heading(bookmarked: false)\n"
"""Before every layout, the office's own too: the way typst writes an outline is refused by validators."""


def pdf(paper: Paper, templates: Path | None = None, typeface: Typeface | None = None) -> bytes:
    """The file. Raises FontError without a font, TemplateError for a wrong template."""
    face = typeface or find()
    drawn = letters(face)
    shown = legible(paper, lambda letter: ord(letter) in drawn)
    # The content travels as JSON beside the template and is never part of its code.
    inputs = {
        "paper": msgspec.json.encode(shown).decode(),
        "words": json.dumps({word: text(f"form.{word}") for word in WORDS}),
        "prepared": json.dumps(_prepared(paper)),
        "font": face.family,
    }
    wanted = {
        "format": "pdf",
        "pdf_standards": ["a-1b"],
        "timestamp": int(paper.prepared_at.timestamp()),
    }
    return _compile(template(paper.kind, templates), face, inputs, wanted)


def picture(block: Chart, typeface: Typeface | None = None) -> bytes:
    """A chart alone as PNG, for a Word file, by the same code that draws it in the PDF."""
    face = typeface or find()
    drawn = letters(face)
    words = msgspec.convert(
        changed(msgspec.to_builtins(block), lambda one: line(one, lambda c: ord(c) in drawn)), Chart
    )
    page = (
        "#let block = json(bytes(sys.inputs.block))\n"
        # Room for marks above the first line and below the last.
        "#set page(width: 165mm, height: auto, margin: (x: 0mm, y: 2mm))\n"
        '#set text(font: sys.inputs.font, fallback: false, size: 13pt, lang: "vi")\n'
        "#chart(block, 165mm)\n"
    )
    inputs = {"block": msgspec.json.encode(words).decode(), "font": face.family}
    source = Template("chart.typ", page.encode(), None)
    return _compile(source, face, inputs, {"format": "png", "ppi": 200.0})


def _compile(
    source: Template, face: Typeface, inputs: dict[str, str], wanted: dict[str, Any]
) -> bytes:
    # Loaded when a paper is made: its library costs the console's start and memory otherwise.
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(face.folder)]
    )
    with tempfile.TemporaryDirectory(prefix="wardwatch-paper-") as empty:
        compiler = typst.Compiler(
            FIRST + chart() + source.source,
            root=str(source.folder or empty),
            font_paths=fonts,
            sys_inputs=inputs,
        )
        try:
            made, warnings = compiler.compile_with_warnings(**wanted)
        except typst.TypstError as error:
            raise TemplateError(f"template {source.name}: {error.message}") from error
    if warnings:
        # An unknown font is a warning to typst, which then draws nothing: for a paper, an error.
        raise TemplateError(f"template {source.name}: {warnings[0].diagnostic}")
    if not isinstance(made, bytes):
        raise TemplateError(f"template {source.name}: made no document")
    return made


def _prepared(paper: Paper) -> dict[str, int]:
    at = paper.prepared_at.astimezone(UTC)
    return {
        "year": at.year,
        "month": at.month,
        "day": at.day,
        "hour": at.hour,
        "minute": at.minute,
        "second": at.second,
    }
