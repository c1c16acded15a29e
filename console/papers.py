"""Makes a paper's file: the engines are loaded when the first one is asked for."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection

from alerts.documents.model import Paper
from alerts.documents.police import Purpose, police
from alerts.documents.redaction import Disclosure
from alerts.office import Office
from collector import audit
from console.cases import case

Format = Literal["pdf", "docx"]

MEDIA: dict[Format, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class PaperError(Exception):
    """The paper can't be made on this machine."""


class Wish(Struct, frozen=True):
    """What was asked for: of which incident, as what, and what may stand in it."""

    incident: str
    purpose: Purpose = "real"
    disclosure: Disclosure = Disclosure()


def police_paper(connection: Connection, office: Office, wish: Wish, now: datetime) -> Paper:
    """The initial report on that incident. Raises CaseError, PurposeError."""
    known = case(connection, office, wish.incident, now)
    return police(known, wish.purpose, wish.disclosure)


def made(paper: Paper, format: Format, templates: Path | None) -> bytes:
    """The paper as a file; `templates` is the office's own folder. Raises PaperError."""
    from alerts.documents.fonts import FontError  # noqa: PLC0415 - with the engines
    from alerts.documents.templates import TemplateError  # noqa: PLC0415

    try:
        if format == "docx":
            from alerts.documents.docx import docx  # noqa: PLC0415 - 0.3 s

            return docx(paper)
        from alerts.documents.pdf import pdf  # noqa: PLC0415 - 50 MB

        return pdf(paper, templates)
    except (FontError, TemplateError) as error:
        raise PaperError(str(error)) from error


def templates(office: Office, inventory_path: Path) -> Path | None:
    """The office's own layouts; a relative folder lies beside the inventory that names it."""
    declared = office.inventory.documents.templates
    return inventory_path.resolve().parent / declared if declared else None


def note(
    connection: Connection, now: datetime, actor: str, wish: Wish, format: Format, file: bytes
) -> None:
    """Write down who made which paper, and what was let into it."""
    shown = wish.disclosure
    detail: dict[str, str | int | None] = {
        "incident": wish.incident,
        "paper": "police",
        "purpose": wish.purpose,
        "format": format,
        "internal_addresses": int(shown.internal_addresses),
        "user_names": int(shown.user_names),
        "sha256": hashlib.sha256(file).hexdigest(),
    }
    audit.append(connection, now, actor, "document.made", detail)
