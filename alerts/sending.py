"""Papers on their way: an officer approves, the outbox carries, the receipt closes the obligation.

Nothing goes out without an approval that has a name, but for an M1 incident where the office itself
chose so. A paper that was handed over on paper is proved by hand, as `clocks.deliver` asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from alerts import clocks, filing, outbox, rows, words
from alerts.changing import Change
from alerts.clocks import Proof
from alerts.filing import Filed
from alerts.incidents import Incident, NotAllowed
from alerts.outbox import Attachment, Message, Waiting
from alerts.tables import dispatches
from alerts.tables import outbox as letters
from collector import audit
from collector.inventory.model import Contact, Inventory

ACTOR = "wardwatch"
Recipient = Literal["police", "force", "authority"]
MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
}


class Approval(Struct, frozen=True):
    """What goes to whom: the first paper is the one that is proved as sent."""

    incident: str
    papers: tuple[int, ...]
    to: tuple[Recipient, ...]
    obligation: str | None = None
    """What the receipts close, together; None: nothing."""


class Dispatch(Struct, frozen=True):
    """One paper on its way to one recipient, with the letter that carries it."""

    id: int
    obligation: str | None
    paper: int
    recipient: str
    at: datetime
    actor: str
    letter: Waiting
    settled_at: datetime | None

    @property
    def state(self) -> Literal["waiting", "sent", "refused"]:
        if self.letter.sent_at is not None:
            return "sent"
        return "refused" if self.letter.refused_at is not None else "waiting"


def contact(inventory: Inventory, to: Recipient) -> Contact | None:
    """Whom the office declared as that recipient."""
    contacts = inventory.contacts
    return {
        "police": contacts.police,
        "force": contacts.cyber_force,
        "authority": contacts.data_authority,
    }[to]


def approve(
    connection: Connection, inventory: Inventory, now: datetime, actor: str, asked: Approval
) -> tuple[int, ...]:
    """Put the letters into the outbox, one to each recipient; approved twice they leave once."""
    incident = rows.incident(connection, asked.incident)
    if incident is None:
        raise NotAllowed("unknown", incident=asked.incident)
    if incident.drill:
        raise NotAllowed("send-drill", incident=incident.id)
    if inventory.mail is None:
        raise NotAllowed("send-no-mail")
    if not asked.to:
        raise NotAllowed("send-nobody", incident=incident.id)
    if asked.obligation is not None:
        clocks.in_time(connection, incident.id, asked.obligation, now)
    files = tuple(_file(connection, incident, number) for number in asked.papers)
    if not files:
        raise NotAllowed("send-no-paper", incident=incident.id)
    return tuple(
        _dispatch(connection, _addressed(inventory, to), now, actor, asked, incident, files)
        for to in asked.to
    )


def _file(connection: Connection, incident: Incident, number: int) -> tuple[Filed, bytes]:
    found = filing.one(connection, number)
    if found is None or found[0].incident != incident.id:
        raise NotAllowed("send-no-paper", incident=incident.id)
    return found


def _addressed(inventory: Inventory, to: Recipient) -> Contact:
    found = contact(inventory, to)
    if found is None or found.email is None:
        raise NotAllowed("send-no-address", recipient=to)
    return found


def _dispatch(
    connection: Connection,
    whom: Contact,
    now: datetime,
    actor: str,
    asked: Approval,
    incident: Incident,
    files: tuple[tuple[Filed, bytes], ...],
) -> int:
    paper = files[0][0]
    key = f"paper/{incident.id}/{asked.obligation or '-'}/{paper.sha256}/{whom.email}"
    letter = outbox.put(connection, _message(key, whom, incident, files), now)
    there = connection.execute(
        select(dispatches.c.id).where(dispatches.c.message == letter)
    ).scalar()
    if there is not None:
        return int(there)
    number: int = connection.execute(
        insert(dispatches)
        .values(
            incident=incident.id,
            obligation=asked.obligation,
            paper=paper.id,
            recipient=whom.post,
            at=now,
            actor=actor,
            message=letter,
        )
        .returning(dispatches.c.id)
    ).scalar_one()
    detail: dict[str, str | int | None] = {
        "incident": incident.id,
        "obligation": asked.obligation,
        "to": whom.post,
        "sha256": paper.sha256,
    }
    audit.append(connection, now, actor, "paper.approved", detail)
    return number


def _message(
    key: str, whom: Contact, incident: Incident, files: tuple[tuple[Filed, bytes], ...]
) -> Message:
    text = words.texts().text
    listed = "\n".join(f"- {one.name}\n  SHA-256 {one.sha256}" for one, _ in files)
    return Message(
        key=key,
        channel=outbox.MAIL,
        subject=text("vi", "letter.subject", incident=incident.id),
        body=text("vi", "letter.body", to=whom.post, incident=incident.id, files=listed),
        recipients=(str(whom.email),),
        files=tuple(Attachment(one.name, MEDIA[one.format], content) for one, content in files),
        incident=incident.id,
    )


def again(connection: Connection, now: datetime, actor: str, incident: str, id: int) -> None:
    """Send once more what was refused, as the same letter; what was sent stays sent."""
    found = next((one for one in listed(connection, incident) if one.id == id), None)
    if found is None or found.state != "refused":
        raise NotAllowed("send-not-refused", incident=incident)
    outbox.again(connection, found.letter.id, now)
    detail: dict[str, str | int | None] = {"incident": incident, "dispatch": id}
    audit.append(connection, now, actor, "paper.resent", detail)


def listed(connection: Connection, incident: str) -> tuple[Dispatch, ...]:
    """Everything that was approved of an incident, oldest first."""
    found = connection.execute(
        select(dispatches).where(dispatches.c.incident == incident).order_by(dispatches.c.id)
    ).all()
    letters = ((row, outbox.message(connection, row.message)) for row in found)
    return tuple(
        Dispatch(
            row.id,
            row.obligation,
            row.paper,
            row.recipient,
            row.at,
            row.actor,
            letter,
            row.settled_at,
        )
        for row, letter in letters
        if letter is not None
    )


def unsettled(connection: Connection) -> bool:
    """Whether any letter is still on its way, or its receipt not yet written down."""
    found = connection.execute(
        select(dispatches.c.id)
        .join(letters, letters.c.id == dispatches.c.message)
        .where(dispatches.c.settled_at.is_(None), letters.c.refused_at.is_(None))
        .limit(1)
    )
    return found.first() is not None


def settle(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Write receipts into their incidents; an obligation closes once all its recipients have it."""
    waiting = connection.execute(
        select(dispatches.c.incident).where(dispatches.c.settled_at.is_(None)).distinct()
    ).scalars()
    closed = []
    for incident in list(waiting):
        open_ones = [one for one in listed(connection, incident) if one.settled_at is None]
        for obligation in dict.fromkeys(one.obligation for one in open_ones):
            group = [one for one in open_ones if one.obligation == obligation]
            if all(one.state == "sent" for one in group):
                _settled(connection, now, incident, obligation, group)
                closed.append(f"{incident}/{obligation or '-'}")
    return tuple(closed)


def _settled(
    connection: Connection,
    now: datetime,
    incident: str,
    obligation: str | None,
    group: Iterable[Dispatch],
) -> None:
    group = tuple(group)
    connection.execute(
        update(dispatches)
        .where(dispatches.c.id.in_([one.id for one in group]))
        .values(settled_at=now)
    )
    found = rows.incident(connection, incident)
    paper = filing.one(connection, group[0].paper)
    if obligation is None or found is None or paper is None:
        return
    sent = max(one.letter.sent_at for one in group if one.letter.sent_at is not None)
    proof = Proof(
        sent_at=sent,
        channel=words.texts().text("vi", "letter.channel"),
        recipient="; ".join(one.recipient for one in group),
        file_sha256=paper[0].sha256,
        receipt="; ".join(one.letter.receipt or "" for one in group),
    )
    by = Change(now, group[0].actor, "deliver", f"{proof.channel}: {proof.recipient}")
    # A clock that was answered by hand meanwhile stays answered: the letter went out all the same.
    if clocks.counting(connection, incident, obligation):
        clocks.deliver(connection, found, obligation, by, proof)
