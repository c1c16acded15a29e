"""Papers by button and by program: made, noted in the audit log, and handed out as a file."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from alerts.documents.line_month import line_month as month_paper
from alerts.documents.line_outage import line_outage as outage_paper
from alerts.documents.model import Paper
from alerts.documents.redaction import Disclosure
from collector import audit
from console import papers
from console.desk import Desk
from console.line_papers import month_digest, outage_digest
from console.papers import MEDIA, Format, PeriodKind, Wish


class Made(Struct, frozen=True):
    """One paper as a file."""

    name: str
    media_type: str
    content: bytes


class LineWish(Struct, frozen=True):
    """Which line's paper, and as what."""

    line: str
    format: Format


def of_period(
    desk: Desk, actor: str, kind: PeriodKind, span: str, format: Format, shown: Disclosure
) -> Made:
    """The paper of that period; the same period gives the same bytes. Raises PeriodError, PaperError."""
    with desk.store.read() as connection:
        paper = papers.period_paper(connection, desk.moment().office, kind, span, shown)
    return _made(desk, actor, paper, format, {"paper": kind, "period": span})


def line_month(desk: Desk, actor: str, wish: LineWish, month: str, shown: Disclosure) -> Made:
    """The line's month. Raises LineError, PeriodError, PaperError."""
    with desk.store.read() as connection:
        inventory = desk.source.current()
        digest = month_digest(connection, inventory, wish.line, month, desk.clock())
    about = {"paper": "line-month", "of": f"{wish.line} {month}"}
    return _made(desk, actor, month_paper(digest, shown), wish.format, about)


def line_outage(desk: Desk, actor: str, wish: LineWish, number: int, shown: Disclosure) -> Made:
    """The notice about one interruption. Raises LineError, PaperError."""
    with desk.store.read() as connection:
        inventory = desk.source.current()
        digest = outage_digest(connection, inventory, wish.line, number, desk.clock())
    about = {"paper": "line-outage", "of": f"{wish.line} {number}"}
    return _made(desk, actor, outage_paper(digest, shown), wish.format, about)


def of_incident(desk: Desk, actor: str, wish: Wish, format: Format, now: datetime) -> Made:
    """The paper on an incident; a real one's PDF is kept, to know it again when it comes back signed.

    Raises CaseError, PurposeError, PaperError.
    """
    office = desk.moment().office
    with desk.store.read() as connection:
        paper = papers.incident_paper(connection, office, wish, now)
    made = _file(desk, paper, format)
    with desk.store.write() as connection:
        papers.note(connection, now, actor, wish, format, made.content)
        if format == "pdf" and wish.purpose == "real":
            papers.filed(connection, now, actor, wish, made.name, made.content)
    return made


def _made(desk: Desk, actor: str, paper: Paper, format: Format, about: dict[str, str]) -> Made:
    made = _file(desk, paper, format)
    with desk.store.write() as connection:
        detail = {**about, "format": format, "file": made.name}
        audit.append(connection, desk.clock(), actor, "document.made", detail)
    return made


def _file(desk: Desk, paper: Paper, format: Format) -> Made:
    folder = papers.templates(desk.moment().office, desk.source.path)
    content = papers.made(paper, format, folder)
    return Made(f"{paper.file_name}.{format}", MEDIA[format], content)
