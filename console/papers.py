"""Makes a paper's file: the engines are loaded when the first one is asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from alerts.documents.police import police
from alerts.office import Office
from console.cases import case

Format = Literal["pdf", "docx"]

MEDIA: dict[Format, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class PaperError(Exception):
    """The paper can't be made on this machine."""


def police_paper(
    connection: Connection, office: Office, id: str, now: datetime, format: Format
) -> bytes:
    """The initial report on that incident. Raises CaseError, PurposeError, PaperError."""
    from alerts.documents.fonts import FontError  # noqa: PLC0415 - with the engines

    known = case(connection, office, id, now)
    paper = police(known, "drill" if known.drill else "real")
    templates = office.inventory.documents.templates
    try:
        if format == "docx":
            from alerts.documents.docx import docx  # noqa: PLC0415 - 0.3 s

            return docx(paper)
        from alerts.documents.pdf import pdf  # noqa: PLC0415 - 50 MB

        return pdf(paper, Path(templates) if templates else None)
    except FontError as error:
        raise PaperError(str(error)) from error
