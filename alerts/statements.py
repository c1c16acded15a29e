"""What the officer states about an incident: the words that no reading holds, each kept as a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from alerts import rows
from alerts.incidents import EARLIEST, NotAllowed
from alerts.tables import incident_statements
from alerts.vocabulary import Field
from collector import audit

NUMBERS: frozenset[Field] = frozenset({"machines", "interruption-hours", "data-subjects"})
YES_OR_NO: frozenset[Field] = frozenset({"confidential", "cause-certain"})
INSTANTS: frozenset[Field] = frozenset({"happened-at", "restored-at"})
LETTERS_MOST = 4000
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def state(
    connection: Connection, now: datetime, actor: str, id: str, field: Field, text: str
) -> None:
    """Write what the officer says of one field; a later row takes its place, none is changed."""
    if rows.incident(connection, id) is None:
        raise NotAllowed("unknown", incident=id)
    text = text.strip()[:LETTERS_MOST]
    if not fits(field, text):
        raise NotAllowed("statement", incident=id, stated_field=field)
    connection.execute(
        insert(incident_statements).values(incident=id, at=now, actor=actor, field=field, text=text)
    )
    detail = {"incident": id, "field": field, "text": text}
    audit.append(connection, now, actor, "incident.stated", detail)


def newest(connection: Connection, id: str) -> Mapping[Field, str]:
    """By field, what was said of it last. An empty text takes an earlier one back."""
    found = connection.execute(
        select(incident_statements.c.field, incident_statements.c.text)
        .where(incident_statements.c.incident == id)
        .order_by(incident_statements.c.id)
    )
    told = {row.field: row.text for row in found}
    return {field: text for field, text in told.items() if text}


def fits(field: Field, text: str) -> bool:
    """Whether the text can be read as that field: a number, yes or no, a moment with its offset."""
    if not text:
        return True
    if field in YES_OR_NO:
        return text in {"yes", "no"}
    if field in NUMBERS:
        return number(text) is not None
    return field not in INSTANTS or instant(text) is not None


def number(text: str | None) -> float | None:
    """A count or hours; None for what is no number of at least nought."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None


def instant(text: str | None) -> datetime | None:
    """A moment with its offset from UTC, or None."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo and EARLIEST <= at < LATEST else None
