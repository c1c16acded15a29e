"""Thông báo gián đoạn đường truyền: one interruption, with all that shows whose it was."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.documents import forms, line_tables
from alerts.documents.instants import minute
from alerts.documents.letterhead import full_name
from alerts.documents.line_digest import LineDigest
from alerts.documents.line_tables import minutes, number, share
from alerts.documents.model import Block, Field, Fields, Heading, Paper, Paragraph, Table
from alerts.documents.period_paper import paper, table, zone_of
from alerts.documents.redaction import Disclosure
from alerts.documents.texts import text
from collector.line_readings import LineReading, Target
from collector.lines.blame import PROVIDERS
from collector.lines.period import Lost

LOOKS_SHOWN = 40
"""Of a long interruption its beginning and its end."""


def line_outage(digest: LineDigest, disclosure: Disclosure | None = None) -> Paper:
    """The paper on `digest.outage`, which must be there. The same digest gives the same paper."""
    line, lost = digest.line, digest.outage
    if lost is None:
        raise ValueError("an outage sheet needs its interruption")
    blocks: tuple[Block, ...] = (
        Paragraph(text("line-outage.opening", name=line.name, provider=line.provider)),
        Heading(text("line-outage.heading.what")),
        Fields(_what(digest, lost)),
        Heading(text("line-outage.heading.cause")),
        Paragraph(_conclusion(digest, lost)),
        Paragraph(text("line-outage.votes-opening")),
        line_tables.votes(digest, lost),
        *_devices(lost),
        Heading(text("line-outage.heading.month")),
        Paragraph(_month(digest)),
        *_asked(lost),
    )
    made = paper(
        digest,
        "line-outage",
        text("line-outage.subject", name=line.name, day=_day(digest, lost)),
        blocks,
        (
            (text("line-outage.appendix.looks"), _looks(digest)),
            (text("line-outage.appendix.lost"), (line_tables.interruptions(digest),)),
            (text("period.records"), line_tables.records(digest)),
        ),
        disclosure or Disclosure(),
        (line.provider,),
    )
    made = replace(made, file_name=f"{made.file_name}-{line.id}-{lost.interruption.id}")
    if _key(lost) != "other":
        return made
    closing = text("line-outage.closing-other", body=full_name(digest.inventory.site.name))
    return replace(made, closing=closing)


def _day(digest: LineDigest, lost: Lost) -> str:
    return f"{lost.interruption.began_at.astimezone(zone_of(digest)):%d/%m/%Y}"


def _what(digest: LineDigest, lost: Lost) -> tuple[Field, ...]:
    line, one, zone = digest.line, lost.interruption, zone_of(digest)
    over = one.ended_at is not None and one.ended_at <= digest.until
    end = minute(one.ended_at, zone) if over and one.ended_at else text("line-outage.lasting")
    rates = text(
        "line-outage.rates",
        down=number(line.down_mbit_per_second, 0),
        up=number(line.up_mbit_per_second, 0),
    )
    return (
        forms.must("line-outage", "line", f"{line.name} ({line.provider})"),
        forms.must("line-outage", "contract", line.contract),
        forms.may("line-outage", "rates", rates),
        forms.must("line-outage", "number", text("lines.interruption", id=one.id)),
        forms.must("line-outage", "began", minute(one.began_at, zone)),
        forms.must("line-outage", "ended", end),
        forms.must(
            "line-outage",
            "lasted",
            text(
                "line-outage.lasted",
                minutes=minutes(lost.seconds),
                office=minutes(lost.office_seconds),
            ),
        ),
        forms.may("line-outage", "effect", blank_lines=2),
    )


def _key(lost: Lost) -> str:
    """Whose it was, as the paper tells it apart."""
    own = lost.interruption.party in PROVIDERS
    unknown = lost.interruption.party == "unknown"
    return "provider" if own else "unknown" if unknown else "other"


def _conclusion(digest: LineDigest, lost: Lost) -> str:
    return text(
        f"line-outage.conclusion.{_key(lost)}",
        party=line_tables.party(lost),
        because=line_tables.because(digest, lost),
        count=len(lost.interruption.votes),
        records=line_tables.cited(lost.interruption.votes),
    )


def _devices(lost: Lost) -> tuple[Block, ...]:
    """What UPS, switch and router told meanwhile, where they are asked at all."""
    around = lost.interruption.around
    told = (
        ("on-battery", around.on_battery),
        ("switch", around.switch_up),
        ("router", around.router_up),
    )
    known = [
        text(f"lines.around.{name}-{'yes' if value else 'no'}")
        for name, value in told
        if value is not None
    ]
    return (Paragraph(text("line-outage.devices", told="; ".join(known))),) if known else ()


def _month(digest: LineDigest) -> str:
    told = digest.told
    of_provider = [one for one in told.lost if one.interruption.party in PROVIDERS]
    return text(
        "line-outage.month",
        month=f"{told.first:%m/%Y}",
        count=len(told.lost),
        minutes=minutes(sum(one.seconds for one in told.lost)),
        of_provider=len(of_provider),
        provider=minutes(told.seconds_of_provider(office=False)),
        provider_office=minutes(told.seconds_of_provider(office=True)),
        ratio=share(told.total.office_ratio),
    )


def _looks(digest: LineDigest) -> tuple[Block, ...]:
    """The collector's own looks from before it to after it."""
    if not digest.looks:
        return (Paragraph(text("line-outage.no-looks")),)
    shown, left = digest.looks, 0
    if len(shown) > LOOKS_SHOWN:
        left = len(shown) - LOOKS_SHOWN
        shown = (*shown[: LOOKS_SHOWN // 2], *shown[-LOOKS_SHOWN // 2 :])
    opening = text("line-outage.looks-opening", count=len(digest.looks))
    more = (Paragraph(text("line-outage.looks-left", count=left)),) if left else ()
    return (Paragraph(opening), *more, _look_table(digest, shown))


def _look_table(digest: LineDigest, looks: tuple[LineReading, ...]) -> Table:
    zone = zone_of(digest)
    shares = (("time", 18), ("gateway", 14), ("hop", 18), ("outside", 34), ("line", 12))
    rows = (
        (
            f"{one.at.astimezone(zone):%H:%M:%S %d/%m}",
            _answer(one.gateway),
            _answer(one.hop),
            "; ".join(f"{target.target}: {_answer(target)}" for target in one.targets),
            text("line-outage.up" if one.up else "line-outage.down"),
        )
        for one in looks
    )
    return table("line-outage", shares, rows)


def _answer(target: Target | None) -> str:
    if target is None:
        return text("lines.not-asked")
    if target.latency_seconds is None:
        return text("lines.silent")
    return f"{number(target.latency_seconds * 1000)} ms"


def _asked(lost: Lost) -> tuple[Block, ...]:
    """What the provider is asked for: the office decides. Nothing, where it is not to blame."""
    if _key(lost) == "other":
        return ()
    rows = tuple(forms.may("line-outage", name, blank_lines=2) for name in ("answer", "proposal"))
    return (Heading(text("line-outage.heading.asked")), Fields(rows, first=9))
