"""Reading our own papers back: PDF through poppler, Word files through their own XML."""

from __future__ import annotations

import io
import re
import subprocess  # noqa: TID251 - poppler reads the PDF as any other reader would
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph


def poppler(program: str, pdf: bytes, folder: Path, *options: str) -> str:
    """What `pdfinfo`, `pdffonts` or `pdftotext` says of the file."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    output = ("-",) if program == "pdftotext" else ()
    done = subprocess.run(
        [program, *options, str(path), *output], check=True, capture_output=True, timeout=60
    )
    return done.stdout.decode()


def picture(pdf: Path) -> None:
    """A picture of every page beside the file: NAME-1.png and on."""
    page = ["pdftoppm", "-r", "80", "-png", str(pdf), str(pdf.with_suffix(""))]
    subprocess.run(page, check=True, timeout=60)


def pdf_words(pdf: bytes, folder: Path) -> str:
    """All words in reading order, one space apart, composed."""
    # The break opportunities that we put into long words are no part of what was written.
    plain = poppler("pdftotext", pdf, folder, "-raw").replace("\u200b", "")
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", plain))


def opened(docx: bytes) -> Any:
    """The Word file as python-docx opens it."""
    return Document(io.BytesIO(docx))


def paragraphs(document: Any) -> Iterator[Paragraph]:
    """Every paragraph of the body, those in tables too, in order."""
    for element in document.element.body.iter(qn("w:p")):
        yield Paragraph(element, document._body)


def tables(document: Any) -> list[Table]:
    """Every table of the body."""
    return list(document.tables)


def docx_words(docx: bytes) -> str:
    """All words of the body, one space apart."""
    lines = " ".join(paragraph.text for paragraph in paragraphs(opened(docx)))
    return re.sub(r"[ \t\n]+", " ", lines).replace("\u00a0", " ")


def paragraph_of(docx: bytes, start: str) -> Paragraph:
    """The first paragraph that starts so."""
    return next(p for p in paragraphs(opened(docx)) if p.text.startswith(start))
