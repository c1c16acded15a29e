"""Makes a paper's file: the engines are loaded when the first one is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection

from alerts import filing
from alerts.documents import incident_list, minutes
from alerts.documents.case import Case
from alerts.documents.data_notice import data_notice
from alerts.documents.digest import Digest
from alerts.documents.follow_up import follow_up
from alerts.documents.items import items
from alerts.documents.letter import Purpose
from alerts.documents.model import Paper
from alerts.documents.period import period
from alerts.documents.period import security_year as year
from alerts.documents.police import police
from alerts.documents.redaction import Disclosure
from alerts.documents.security_year import security_year
from alerts.documents.upgrade import upgrade
from alerts.office import Office
from collector import audit
from console.cases import case
from console.periods import digest

Format = Literal["pdf", "docx", "xlsx"]
Kind = Literal["police", "72h", "update", "final", "data-notice", "record", "handover"]
PeriodKind = Literal["items", "register", "security-year", "upgrade"]

OF_INCIDENT: Mapping[Kind, Callable[[Case, Purpose, Disclosure | None], Paper]] = {
    "police": police,
    "72h": lambda case, purpose, shown: follow_up(case, purpose, "72h", shown),
    "update": lambda case, purpose, shown: follow_up(case, purpose, "update", shown),
    "final": lambda case, purpose, shown: follow_up(case, purpose, "final", shown),
    "data-notice": data_notice,
    "record": minutes.record,
    "handover": minutes.handover,
}
OF_PERIOD: Mapping[PeriodKind, Callable[[Digest, Disclosure], Paper]] = {
    "items": items,
    "register": incident_list.register,
    "security-year": security_year,
    "upgrade": lambda found, shown: upgrade(found, prices(found), shown),
}

MEDIA: dict[Format, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class PaperError(Exception):
    """The paper can't be made on this machine."""


class Wish(Struct, frozen=True):
    """What was asked for: of which incident, as what, and what may stand in it."""

    incident: str
    purpose: Purpose = "real"
    disclosure: Disclosure = Disclosure()
    kind: Kind = "police"


def incident_paper(connection: Connection, office: Office, wish: Wish, now: datetime) -> Paper:
    """The paper on that incident. Raises CaseError, PurposeError."""
    known = case(connection, office, wish.incident, now)
    return OF_INCIDENT[wish.kind](known, wish.purpose, wish.disclosure)


def period_paper(
    connection: Connection,
    office: Office,
    kind: PeriodKind,
    span: str,
    shown: Disclosure = Disclosure(),  # noqa: B008 - frozen
) -> Paper:
    """The paper on that period, by what is recorded. Raises PeriodError."""
    asked = year(span) if kind == "security-year" else period(span)
    found = digest(connection, office.inventory, asked, office.now)
    return OF_PERIOD[kind](found, shown)


def prices(found: Digest) -> Mapping[str, int]:
    """In đồng for one piece, as the office declared them; what it did not declare is left out."""
    declared: dict[str, int | None] = found.inventory.prices.model_dump()
    return {piece: price for piece, price in declared.items() if price is not None}


def made(paper: Paper, format: Format, templates: Path | None) -> bytes:
    """The paper as a file; `templates` is the office's own folder. Raises PaperError."""
    from alerts.documents.fonts import FontError  # noqa: PLC0415 - with the engines
    from alerts.documents.templates import TemplateError  # noqa: PLC0415

    try:
        return _engine(format, templates)(paper)
    except (FontError, TemplateError) as error:
        raise PaperError(str(error)) from error


def _engine(format: Format, templates: Path | None) -> Callable[[Paper], bytes]:
    if format == "docx":
        from alerts.documents.docx import docx  # noqa: PLC0415 - 0.3 s

        return docx
    if format == "xlsx":
        from alerts.documents.xlsx import xlsx  # noqa: PLC0415 - 0.1 s

        return xlsx
    from alerts.documents.pdf import pdf  # noqa: PLC0415 - 50 MB

    return partial(pdf, templates=templates)


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
        "paper": wish.kind,
        "purpose": wish.purpose,
        "format": format,
        "internal_addresses": int(shown.internal_addresses),
        "user_names": int(shown.user_names),
        "sha256": hashlib.sha256(file).hexdigest(),
    }
    audit.append(connection, now, actor, "document.made", detail)


def filed(
    connection: Connection, now: datetime, actor: str, wish: Wish, name: str, file: bytes
) -> int:
    """Keep a PDF that leaves to be signed: the signed one is compared with it. A drill's is not."""
    draft = filing.Draft(wish.kind, "pdf", name, file, wish.incident)
    return filing.keep(connection, now, actor, draft)
