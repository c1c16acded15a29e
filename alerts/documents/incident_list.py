"""Incidents as rows: the register (sổ sự cố), and the list that a periodic report carries."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from msgspec.structs import replace

from alerts.documents.digest import Digest, Kept
from alerts.documents.instants import day, short
from alerts.documents.letterhead import full_name
from alerts.documents.model import Block, Paper, Paragraph
from alerts.documents.period_paper import last_moment, paper, span_name, table, zone_of
from alerts.documents.redaction import Disclosure
from alerts.documents.texts import named, text
from alerts.incidents import SERIOUS

NONE = frozenset({"false_alarm", "duplicate", "void"})
"""Ends of what was no incident."""

DATA = frozenset({"personal-data", "personal-data-harm", "sensitive-data"})


def register(digest: Digest, disclosure: Disclosure | None = None) -> Paper:
    """Sổ sự cố: a row for each real incident of the span; kept five years. A drill has no row."""
    zone = zone_of(digest)
    shares = (
        ("id", 18), ("system", 11), ("t0", 14), ("group", 8), ("level", 7), ("what", 25),
        ("data", 10), ("sent", 17), ("measures", 15), ("closed", 14), ("handler", 14), ("lessons", 12),
    )  # fmt: skip
    rows = tuple(_row(digest, one, zone) for one in real(digest))
    body = full_name(digest.inventory.site.name)
    opening = text(
        "register.opening",
        body=body,
        first=digest.period.first.strftime("%d/%m/%Y"),
        last=day(last_moment(digest), zone),
        count=len(rows),
    )
    blocks: tuple[Block, ...] = (Paragraph(opening), table("register", shares, rows))
    made = paper(
        digest,
        "register",
        text("register.subject", span=span_name(digest.period)),
        blocks,
        (),
        disclosure or Disclosure(),
    )
    return replace(made, landscape=True)


def incidents_table(digest: Digest) -> tuple[Block, ...]:
    """The short list: number, moment, class, what, how it stands."""
    zone = zone_of(digest)
    rows = tuple(
        (
            one.incident.id,
            short(one.incident.starts_at, zone),
            _class(one),
            f"{one.title}: {one.what}",
            named("state", one.incident.state),
        )
        for one in real(digest)
    )
    if not rows:
        return (Paragraph(text("register.none")),)
    shares = (("id", 17), ("t0", 14), ("class", 17), ("what", 38), ("state", 14))
    return (table("register", shares, rows),)


def real(digest: Digest) -> tuple[Kept, ...]:
    """Without drills, and without what turned out to be none; oldest first."""
    return tuple(
        one
        for one in sorted(
            digest.incidents, key=lambda one: (one.incident.starts_at, one.incident.id)
        )
        if not one.incident.drill and one.incident.state not in NONE
    )


def serious(digest: Digest) -> tuple[Kept, ...]:
    """Security incidents of M1 or M2."""
    return tuple(
        one
        for one in real(digest)
        if one.incident.kind == "security" and one.incident.level in SERIOUS
    )


def _class(one: Kept) -> str:
    if one.incident.kind != "security":
        return text("register.operational")
    group = one.incident.group
    return ", ".join(filter(None, (named("group", group) if group else None, one.incident.level)))


def _row(digest: Digest, one: Kept, zone: ZoneInfo) -> tuple[str, ...]:
    incident = one.incident
    sent = "; ".join(
        text(
            "register.sent",
            obligation=named("duty", sent.obligation),
            to=sent.recipient,
            at=short(sent.sent_at, zone),
        )
        for sent in one.deliveries
    )
    return (
        incident.id,
        digest.name(incident.subject),
        short(incident.starts_at, zone),
        incident.group or "–",
        incident.level if incident.kind == "security" else text("register.operational"),
        f"{one.title}: {one.what}",
        text("form.yes") if DATA & set(incident.flags) else text("form.no"),
        sent or "–",
        "; ".join(one.measures) or "–",
        short(incident.ended_at, zone) if incident.ended_at else named("state", incident.state),
        one.handler or "–",
        one.lessons or "–",
    )
