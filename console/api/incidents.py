"""Incidents by program: what is told of one, and every act that its page has a button for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request

from alerts import handling, queries, reporting, sending, statements
from alerts.clocks import Proof
from alerts.incidents import Action, Flag, Incident, Level
from alerts.sending import Approval, Recipient
from alerts.vocabulary import Field
from console import handing, preparing
from console.api.operation import Instant, Number, Operation, Reason, Word, act, missing, read, user
from console.pages.render import desk

Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Deed(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with an incident, and why."""

    action: Action
    reason: Reason = ""


class Told(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person reports; without a PC it concerns the whole office."""

    kind: Word
    words: Reason
    who: Word
    subject: str | None = None
    told_at: Instant | None = None
    drill: bool = False


class Approving(Struct, frozen=True, forbid_unknown_fields=True):
    """Which kept files go to whom; none named: the newest police file."""

    to: tuple[Recipient, ...]
    papers: tuple[Number, ...] = ()
    obligation: str | None = None


class Handing(Struct, frozen=True, forbid_unknown_fields=True):
    """Which kept files come onto the police's list; none named: the newest police file."""

    papers: tuple[Number, ...] = ()


class Again(Struct, frozen=True, forbid_unknown_fields=True):
    """Which letter goes once more: its number in `sent` of the incident's papers."""

    letter: Number


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the papers; an empty text takes it back."""

    field: Field
    text: Reason


class Merging(Struct, frozen=True, forbid_unknown_fields=True):
    """The incident that goes on, and why this one is a duplicate of it."""

    into: str
    reason: Reason


class Start(Struct, frozen=True, forbid_unknown_fields=True):
    """From when the clocks count, and why."""

    t0: Instant
    reason: Reason


class Class(Struct, frozen=True, forbid_unknown_fields=True):
    """Level and flags; the clocks follow by law."""

    level: Level
    flags: tuple[Flag, ...] = ()
    reason: Reason = ""


class Because(Struct, frozen=True, forbid_unknown_fields=True):
    """Why, in words."""

    reason: Reason


class Proved(Struct, frozen=True, forbid_unknown_fields=True):
    """Proof that a paper was sent: all of it, with the SHA-256 of the file that went out."""

    sent_at: Instant
    channel: Word
    recipient: Word
    receipt: Word
    file_sha256: Hash

    def proof(self) -> Proof:
        """As the clocks take it."""
        return Proof(self.sent_at, self.channel, self.recipient, self.file_sha256, self.receipt)


def incident_list(request: Request) -> tuple[Incident, ...]:
    """Incidents, newest first; ?open=1: those that are not ended, the worst first."""
    moment = desk(request).moment()
    return moment.open_incidents if "open" in request.query_params else moment.incidents


def incident(request: Request) -> queries.File:
    """One incident with its clocks, history and deliveries."""
    return file_of(request, request.path_params["id"])


def report(request: Request, asked: Told) -> queries.File:
    """Open an incident by what a person told."""
    here = desk(request)
    inventory, now = here.source.current(), here.clock()
    told = reporting.Report(
        asked.kind,
        asked.subject or inventory.site.id,
        *(asked.words, asked.who, asked.told_at or now, asked.drill),
    )
    with here.store.write() as connection:
        made = reporting.report(connection, inventory, now, user(request), told)
    here.forget()
    return file_of(request, made.id)


def act_on(request: Request, asked: Deed) -> queries.File:
    """Take, note, fix, close: what the page's buttons do."""
    return _changed(request, handling.act, asked.action, asked.reason)


def state_field(request: Request, asked: Statement) -> queries.File:
    """State one field of the papers, in the officer's words."""
    return _changed(request, statements.state, asked.field, asked.text)


def merge(request: Request, asked: Merging) -> queries.File:
    """End it as a duplicate of another, which goes on for both."""
    return _changed(request, handling.merge, asked.into, asked.reason)


def correct_start(request: Request, asked: Start) -> queries.File:
    """Start the clocks from another moment; T0 as recorded stays in its row."""
    return _changed(request, handling.correct_t0, asked.t0, asked.reason)


def classify(request: Request, asked: Class) -> queries.File:
    """Set level and flags; sooner or worse silently, later or milder only for a reason."""
    limits = desk(request).source.current().incidents

    def work(connection: Connection, now: datetime, actor: str, id: str) -> None:
        handling.within_thresholds(connection, id, asked.level, limits, asked.reason)
        handling.classify(connection, now, actor, id, asked.level, asked.flags, asked.reason)

    return _changed(request, work)


def mark_drill(request: Request, asked: Because) -> queries.File:
    """Mark an exercise, for ever."""
    return _changed(request, handling.mark_drill, asked.reason)


def prove_sent(request: Request, asked: Proved) -> queries.File:
    """Close a legal clock by the proof that its paper was sent."""
    return _changed(request, handling.deliver, request.path_params["obligation"], asked.proof())


def set_aside(request: Request, asked: Because) -> queries.File:
    """Decide that a legal clock does not apply."""
    if not asked.reason.strip():
        raise HTTPException(409, "say why it does not apply, in words")
    obligation = request.path_params["obligation"]
    return _changed(request, handling.set_aside, obligation, asked.reason)


def approve(request: Request, asked: Approving) -> queries.File:
    """Approve papers of an incident for sending by mail."""
    inventory = desk(request).source.current()

    def work(connection: Connection, now: datetime, actor: str, id: str) -> None:
        papers = asked.papers or preparing.newest(connection, id)
        wanted = Approval(id, papers, asked.to, asked.obligation)
        sending.approve(connection, inventory, now, actor, wanted)

    return _changed(request, work)


def hand_over(request: Request, asked: Handing) -> queries.File:
    """Put papers of an incident onto the police's own list."""

    def work(connection: Connection, now: datetime, actor: str, id: str) -> None:
        papers = asked.papers or preparing.newest(connection, id)
        handing.hand_over_kept(connection, now, actor, id, papers)

    return _changed(request, work)


def resend(request: Request, asked: Again) -> queries.File:
    """Send once more what the other side refused."""
    return _changed(request, sending.again, asked.letter)


def file_of(request: Request, number: str) -> queries.File:
    """The incident of that number as it stands."""
    here = desk(request)
    with here.store.read() as connection:
        found = queries.file(connection, number, here.clock())
    if found is None:
        raise missing(f"there is no incident {number}", "/api/incidents")
    return found


def _changed(request: Request, work: Callable[..., object], *about: object) -> queries.File:
    """Act in one transaction; the incident as it stands then."""
    here, number = desk(request), request.path_params["id"]
    with here.store.write() as connection:
        work(connection, here.clock(), user(request), number, *about)
    here.forget()
    return file_of(request, number)


INCIDENT = "/api/incidents/{id}"
OPERATIONS: tuple[Operation, ...] = (
    read(
        "/api/incidents",
        incident_list,
        tuple[Incident, ...],
        open="Whatever it says: those that are not ended, the worst first.",
    ),
    act("/api/incidents", report, Told, queries.File),
    read(INCIDENT, incident, queries.File),
    *(
        act(f"{INCIDENT}/{name}", function, body, queries.File)
        for name, function, body in (
            ("actions", act_on, Deed),
            ("state", state_field, Statement),
            ("merge", merge, Merging),
            ("correct-t0", correct_start, Start),
            ("class", classify, Class),
            ("drill", mark_drill, Because),
            ("{obligation}/sent", prove_sent, Proved),
            ("{obligation}/aside", set_aside, Because),
            ("sending", approve, Approving),
            ("hand-over", hand_over, Handing),
            ("resend", resend, Again),
        )
    ),
)
