"""The file formats of papers. To add one: a module with a renderer, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from alerts.documents.model import Paper

# Renderers are imported when a paper is made: python-docx alone costs a tenth of a second.
# ruff: noqa: PLC0415


def _pdf(paper: Paper, templates: Path | None) -> bytes:
    from alerts.documents.pdf import pdf

    return pdf(paper, templates)


def _docx(paper: Paper, _: Path | None) -> bytes:
    from alerts.documents.docx import docx

    return docx(paper)


FORMATS: Mapping[str, Callable[[Paper, Path | None], bytes]] = {
    "pdf": _pdf,
    "docx": _docx,
}
"""Ending of the file, to what makes it from a paper and the office's folder of templates.

A Word file takes no template: it is there to be edited itself.
"""
