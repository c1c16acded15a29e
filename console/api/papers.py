"""Papers by program: which can be made, make one, and what is kept, signed, sent and handed over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct
from starlette.requests import Request

from alerts import filing, queries, sending, yearly
from alerts.documents.letter import Purpose
from alerts.documents.redaction import Disclosure
from alerts.filing import Filed
from alerts.sending import MEDIA as KEPT_MEDIA
from alerts.sending import Dispatch
from console import clocks, handing, making, preparing, signed_papers
from console.api.incidents import Proved, file_of
from console.api.operation import (
    File,
    Instant,
    Nothing,
    Operation,
    act,
    missing,
    read,
    user,
)
from console.clocks import Clock
from console.handing import Handed
from console.making import Made
from console.pages.forms import FILE_BYTES_MOST, FILE_DEADLINE_SECONDS
from console.pages.problems import number
from console.pages.render import desk, language
from console.pages.reports import FORMATS, periods
from console.papers import MEDIA, OF_INCIDENT, OF_PERIOD, Format, Kind, PeriodKind, Wish

ANY = "application/octet-stream"
BASE64_BYTES_MOST = FILE_BYTES_MOST // 3 * 4 + 4096
INCIDENT = "/api/incidents/{id}"


class PaperKind(Struct, frozen=True):
    """One paper that can be made: of which periods, in which formats."""

    kind: PeriodKind
    periods: tuple[str, ...]
    formats: tuple[Format, ...]


class Papers(Struct, frozen=True):
    """All that can be made, and what is due in the year."""

    of_period: tuple[PaperKind, ...]
    of_incident: tuple[Kind, ...]
    due: tuple[Clock, ...]


class PeriodWish(Struct, frozen=True, forbid_unknown_fields=True):
    """Which period's, as what, and what may stand in it unredacted."""

    period: str
    format: Format = "pdf"
    internal_addresses: bool = False
    user_names: bool = False


class IncidentWish(Struct, frozen=True, forbid_unknown_fields=True):
    """Which paper on the incident, as what, and what may stand in it unredacted."""

    kind: Kind = "police"
    format: Literal["pdf", "docx"] = "pdf"
    purpose: Purpose = "real"
    internal_addresses: bool = False
    user_names: bool = False


class Letter(Struct, frozen=True):
    """One paper on its way to one recipient by mail."""

    id: int
    obligation: str | None
    paper: int
    recipient: str
    at: datetime
    actor: str
    state: Literal["waiting", "sent", "refused"]
    error: str | None
    sent_at: datetime | None
    receipt: str | None


class IncidentPapers(Struct, frozen=True):
    """What is kept of an incident, what was sent, and what the police's list holds."""

    kept: tuple[Filed, ...]
    sent: tuple[Letter, ...]
    handed: tuple[Handed, ...]


class Signed(Struct, frozen=True, forbid_unknown_fields=True):
    """A signed PDF, in base64."""

    content: Annotated[bytes, Meta(min_length=1)]


class YearProved(Proved, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Proof of sending of the report that is due then."""

    due_at: Instant


def paper_list(request: Request) -> Papers:
    """Which papers can be made, of which periods and in which formats, and what is due."""
    spans, spoken = periods(request), language(request)
    return Papers(
        tuple(PaperKind(kind, spans[kind], FORMATS) for kind in OF_PERIOD),
        tuple(OF_INCIDENT),
        tuple(clocks.told(one, spoken) for one in desk(request).moment().yearly),
    )


def make_paper(request: Request, asked: PeriodWish) -> File:
    """Make the paper of a period; the same period gives the same bytes."""
    wanted = request.path_params["kind"]
    kind = next((one for one in get_args(PeriodKind) if one == wanted), None)
    if kind is None:
        raise missing(f"there is no paper {wanted}", "/api/papers")
    shown = _shown(asked)
    here = desk(request)
    return taken(making.of_period(here, user(request), kind, asked.period, asked.format, shown))


def prove_year_sent(request: Request, asked: YearProved) -> Papers:
    """Close one year's report by its proof of sending."""
    here, obligation = desk(request), request.path_params["obligation"]
    due = {(one.obligation, one.due_at) for one in here.moment().yearly}
    if (obligation, asked.due_at) not in due:
        raise missing(f"no {obligation} is due at {asked.due_at.isoformat()}", "/api/papers")
    with here.store.write() as connection:
        yearly.deliver(
            connection, here.clock(), user(request), obligation, asked.due_at, asked.proof()
        )
    here.forget()
    return paper_list(request)


def make_incident_paper(request: Request, asked: IncidentWish) -> File:
    """Make a paper on an incident; a real one's PDF is kept, to be compared when it comes signed."""
    here, wish = (
        desk(request),
        Wish(request.path_params["id"], asked.purpose, _shown(asked), asked.kind),
    )
    return taken(making.of_incident(here, user(request), wish, asked.format, here.clock()))


def incident_papers(request: Request) -> IncidentPapers:
    """What is kept of an incident, what was sent by mail, and what the police may read."""
    found = _incident(request)
    with desk(request).store.read() as connection:
        handed = tuple(one for one in handing.listed(connection) if one.incident == found)
        sent = tuple(map(_letter, sending.listed(connection, found)))
        return IncidentPapers(tuple(filing.listed(connection, found)), sent, handed)


def fetch_paper(request: Request) -> File:
    """One kept file of an incident, byte for byte."""
    incident, which = request.path_params["id"], number(request, "file")
    with desk(request).store.read() as connection:
        found = filing.one(connection, which)
    if found is None or found[0].incident != incident:
        raise missing(f"{incident} keeps no file {which}", f"/api/incidents/{incident}/papers")
    return File(found[0].name, KEPT_MEDIA[found[0].format], found[1])


def fetch_file(request: Request) -> File:
    """The file as it would be sent now, in one archive: the report, its Word form, the evidence."""
    incident = _incident(request)
    with desk(request).store.read() as connection:
        found = preparing.archived(connection, incident)
    if found is None:
        raise missing(f"{incident} keeps no file yet", f"/api/incidents/{incident}/papers")
    return File(f"ho-so-{incident.lower()}.zip", KEPT_MEDIA["zip"], found)


def take_signed_back(request: Request, asked: Signed) -> Filed:
    """A signed paper comes back: checked against the one that was handed out, and kept."""
    here, incident = desk(request), _incident(request)
    trusted = signed_papers.roots(here.source.current(), here.source.path)
    with here.store.write() as connection:
        return signed_papers.take_back(
            connection, here.clock(), user(request), incident, asked.content, trusted
        )


def handed_list(request: Request) -> tuple[Handed, ...]:
    """The police's list; the officer also sees what was taken back."""
    with desk(request).store.read() as connection:
        return handing.listed(connection, all_of_them=request.state.visitor.officer)


def fetch_handed(request: Request) -> File:
    """One file of the police's list, byte for byte as it was handed over."""
    which = number(request, "number")
    with desk(request).store.read() as connection:
        found = handing.paper(connection, which)
    if found is None:
        raise missing(f"no paper {which} is on the list", "/api/handed")
    return File(found.file_name, found.media_type, found.content)


def take_handed_back(request: Request, _asked: Nothing) -> tuple[Handed, ...]:
    """Take a paper off the police's list; what was read was read."""
    here, which = desk(request), number(request, "number")
    with here.store.write() as connection:
        taken_off = handing.take_back(connection, here.clock(), user(request), which)
    if not taken_off:
        raise missing(f"no paper {which} is on the list", "/api/handed")
    return handed_list(request)


def taken(made: Made) -> File:
    """A paper as an answer."""
    return File(made.name, made.media_type, made.content)


def _shown(asked: PeriodWish | IncidentWish) -> Disclosure:
    return Disclosure(internal_addresses=asked.internal_addresses, user_names=asked.user_names)


def _incident(request: Request) -> str:
    found: queries.File = file_of(request, request.path_params["id"])
    return found.incident.id


def _letter(one: Dispatch) -> Letter:
    mail = one.letter
    return Letter(
        *(one.id, one.obligation, one.paper, one.recipient, one.at, one.actor, one.state),
        *(mail.error, mail.sent_at, mail.receipt),
    )


OPERATIONS: tuple[Operation, ...] = (
    read("/api/papers", paper_list, Papers),
    Operation(
        "POST", "/api/papers/{kind}", make_paper, body=PeriodWish, media=tuple(MEDIA.values())
    ),
    act("/api/papers/{obligation}/sent", prove_year_sent, YearProved, Papers),
    read(f"{INCIDENT}/papers", incident_papers, IncidentPapers),
    Operation(
        "POST",
        f"{INCIDENT}/papers",
        make_incident_paper,
        body=IncidentWish,
        media=(MEDIA["pdf"], MEDIA["docx"]),
    ),
    Operation(
        "GET", f"{INCIDENT}/files/{{file:int}}", fetch_paper, media=tuple(KEPT_MEDIA.values())
    ),
    Operation("GET", f"{INCIDENT}/file.zip", fetch_file, media=(KEPT_MEDIA["zip"],)),
    Operation(
        "POST",
        f"{INCIDENT}/signed",
        take_signed_back,
        Filed,
        Signed,
        bytes_most=BASE64_BYTES_MOST,
        seconds_most=FILE_DEADLINE_SECONDS,
    ),
    read("/api/handed", handed_list, tuple[Handed, ...]),
    Operation(
        "GET",
        "/api/handed/{number:int}",
        fetch_handed,
        media=(*KEPT_MEDIA.values(), ANY),
    ),
    act("/api/handed/{number:int}/take-back", take_handed_back, Nothing, tuple[Handed, ...]),
)
