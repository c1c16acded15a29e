"""Phiếu khôi phục: all that it takes to restore the backups with restic alone, on paper."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.documents import forms
from alerts.documents.instants import short
from alerts.documents.letterhead import full_name, issuing_body
from alerts.documents.model import (
    Block,
    Column,
    Field,
    Fields,
    Heading,
    Items,
    Paper,
    Paragraph,
    Table,
)
from alerts.documents.texts import named, text
from backup.recovery import PASSWORD_NAME, TARGET, Way
from collector.inventory.model import Inventory

KIND = "recovery-sheet"
SYMBOL = "PKP-UBND"
GROUP = 4
"""Letters of a password between two blanks: it is typed in from paper."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def recovery_sheet(inventory: Inventory, ways: Sequence[Way], now: datetime) -> Paper:
    """The sheet. Passwords stand in it where the ways hold them: then it belongs into an envelope."""
    zone, documents = ZoneInfo(inventory.site.timezone), inventory.documents
    body = full_name(inventory.site.name)
    open_ = any(way.password is not None for way in ways)
    return Paper(
        kind=KIND,
        file_name=text("recovery.file-secret" if open_ else "recovery.file"),
        issuing_body=issuing_body(inventory.site.name),
        parent=inventory.site.parent,
        symbol=SYMBOL,
        place=documents.place,
        year=now.astimezone(zone).year,
        type_name=text("recovery.type"),
        subject=text("recovery.subject"),
        blocks=tuple(_blocks(inventory, ways, short(now, zone), open_)),
        closing=text("recovery.closing", body=body),
        note=text("recovery.secret" if open_ else "recovery.plain"),
        signature=documents.signature,
        recipients=(text("recovery.recipient" if open_ else "recipients.filed"),),
        prepared_at=now,
    )


def _blocks(inventory: Inventory, ways: Sequence[Way], at: str, open_: bool) -> Iterator[Block]:
    officer = inventory.contacts.it_officer.post
    yield Paragraph(text("recovery.opening", at=at))
    yield Heading(text("recovery.heading.need"))
    yield Items(
        (text("recovery.restic"), text("recovery.room"), text("recovery.ask", post=officer))
    )
    yield Heading(text("recovery.heading.password"))
    yield Items(_escrow(open_))
    if not open_:
        envelope = (
            forms.must("recovery", "envelope", blank_lines=2),
            forms.must("recovery", "holder"),
        )
        yield Fields(envelope)
    for number, way in enumerate(ways, 3):
        yield Heading(text("recovery.heading.repository", number=number, id=way.repository.id))
        yield Fields(tuple(_fields(way)))
        yield Paragraph(text("recovery.commands", file=PASSWORD_NAME))
        yield _commands(way)
    yield Heading(text("recovery.heading.after", number=len(ways) + 3))
    yield Items(
        (text("recovery.look", folder=TARGET), text("recovery.older"), text("recovery.server"))
    )


def _escrow(open_: bool) -> tuple[str, ...]:
    if open_:
        return (text("recovery.printed"), text("recovery.type-in", file=PASSWORD_NAME))
    return (
        text("recovery.on-server"),
        text("recovery.in-envelope"),
        text("recovery.type-in", file=PASSWORD_NAME),
    )


def _commands(way: Way) -> Table:
    columns = (Column(text("recovery.number"), 8), Column(text("recovery.command"), 92))
    return Table(columns, tuple((str(place), one) for place, one in enumerate(way.commands, 1)))


def _fields(way: Way) -> Iterator[Field]:
    declared = way.repository
    yield forms.may("recovery", "address", way.address)
    where = named("recovery-medium", declared.medium)
    offsite = text("recovery.offsite" if declared.offsite else "recovery.onsite")
    yield forms.may("recovery", "medium", f"{where}, {offsite}")
    if way.password is not None:
        yield forms.may("recovery", "password", grouped(way.password))
        yield forms.may("recovery", "check", told_by(way.password))
    for name, path in way.kept_in:
        if way.password is None or name not in ("password", "login", "keys"):
            yield forms.may("recovery", f"kept-{name}", str(path))
    sets = [
        text("recovery.set", id=each.id, name=each.name, machine=each.machine) for each in way.sets
    ]
    yield forms.may("recovery", "sets", *sets)


def told_by(password: str) -> str:
    """The beginning of the hash of its file: l, I and 1 look alike on paper."""
    return hashlib.sha256(f"{password}\n".encode()).hexdigest()[:8]


def grouped(password: str) -> str:
    """In groups of four, where it holds no blank of its own."""
    if not _PLAIN.fullmatch(password):
        return password
    return " ".join(password[at : at + GROUP] for at in range(0, len(password), GROUP))
