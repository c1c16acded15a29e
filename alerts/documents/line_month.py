"""Báo cáo chất lượng đường truyền: a month of one line with what was paid for beside what came."""

from __future__ import annotations

from statistics import median

from msgspec.structs import replace

from alerts.documents import forms, line_tables
from alerts.documents.instants import day
from alerts.documents.line_digest import LineDigest
from alerts.documents.line_tables import MBIT, down_seconds, mbit, minutes, number, share
from alerts.documents.model import Block, Chart, Field, Fields, Heading, Paper, Paragraph, Series
from alerts.documents.period_paper import last_moment, paper, table, zone_of
from alerts.documents.redaction import Disclosure
from alerts.documents.texts import text
from alerts.words import texts
from collector.lines.speed_tests import Measured


def line_month(digest: LineDigest, disclosure: Disclosure | None = None) -> Paper:
    """The paper. The same digest gives the same paper."""
    line, span = digest.line, f"{digest.told.first:%m/%Y}"
    blocks: list[Block] = [
        Paragraph(_opening(digest, span)),
        Heading(text("line-month.heading.available")),
        _available(digest),
        Paragraph(text("line-month.method")),
        Heading(text("line-month.heading.lost")),
        *_lost(digest),
        Heading(text("line-month.heading.speed")),
        *_speed(digest),
        Heading(text("line-month.heading.rest")),
        Fields(_rest()),
    ]
    appendices: tuple[tuple[str, tuple[Block, ...]], ...] = (
        (text("line-month.appendix.days"), (line_tables.days(digest),)),
        (text("line-month.appendix.lost"), _none_or(line_tables.interruptions(digest), "lost")),
        (text("line-month.appendix.tests"), _none_or(line_tables.tests(digest), "tests")),
        (text("period.records"), line_tables.records(digest)),
    )
    made = paper(
        digest,
        "line-month",
        text("line-month.subject", name=line.name, span=span),
        tuple(blocks),
        appendices,
        disclosure or Disclosure(),
        (line.provider,),
    )
    return replace(made, file_name=f"{made.file_name}-{line.id}")


def _none_or(block: Block, key: str) -> tuple[Block, ...]:
    rows = getattr(block, "rows", ())
    return (block,) if rows else (Paragraph(text(f"line-month.no-{key}")),)


def _opening(digest: LineDigest, span: str) -> str:
    line = digest.line
    key = "line-month.opening" if digest.finished else "line-month.opening-running"
    return text(
        key,
        name=line.name,
        provider=line.provider,
        contract=line.contract or text("lines.no-contract"),
        down=number(line.down_mbit_per_second, 0),
        up=number(line.up_mbit_per_second, 0),
        span=span,
        until=day(last_moment(digest), zone_of(digest)),
    )


def _available(digest: LineDigest) -> Block:
    told, wanted = digest.told, digest.inventory.rules.line_unavailable.availability_ratio
    shares = (
        ("hours", 18), ("span", 13), ("seen", 13), ("down", 13), ("unseen", 13), ("ratio", 13),
        ("wanted", 13), ("basis", 14),
    )  # fmt: skip

    def row(name: str, seconds: float, seen: float, down: float, ratio: float | None) -> list[str]:
        return [
            text(f"line-month.hours.{name}"),
            minutes(seconds),
            minutes(seen),
            minutes(down),
            minutes(max(0.0, seconds - seen)),
            share(ratio),
            share(wanted) if name == "office" else "–",
            text("line-month.basis", appendix="I"),
        ]

    seen = told.total
    office = row(
        "office",
        told.office_seconds,
        seen.office_seconds,
        down_seconds(seen, office=True),
        seen.office_ratio,
    )
    every = row(
        "all", told.seconds, seen.all_seconds, down_seconds(seen, office=False), seen.all_ratio
    )
    return table("line-month", shares, (tuple(office), tuple(every)))


def _lost(digest: LineDigest) -> list[Block]:
    told = digest.told
    if not told.lost:
        return [Paragraph(text("line-month.no-lost"))]
    found = text(
        "line-month.lost",
        count=len(told.lost),
        minutes=minutes(sum(one.seconds for one in told.lost)),
        office=minutes(sum(one.office_seconds for one in told.lost)),
        provider=minutes(told.seconds_of_provider(office=False)),
        provider_office=minutes(told.seconds_of_provider(office=True)),
    )
    shares = (("party", 40), ("count", 12), ("minutes", 16), ("office-minutes", 18), ("basis", 14))
    named = tuple((texts().text("vi", f"party.{one.party}"), one) for one in told.shares)
    rows = (
        (
            name,
            str(one.count),
            minutes(one.seconds),
            minutes(one.office_seconds),
            text("line-month.basis", appendix="II"),
        )
        for name, one in named
    )
    chart = Chart(
        text("line-month.chart.lost"),
        tuple(name for name, _ in named),
        (
            Series(
                text("line-month.chart.office"),
                tuple(round(one.office_seconds / 60, 1) for _, one in named),
            ),
            Series(
                text("line-month.chart.other"),
                tuple(round((one.seconds - one.office_seconds) / 60, 1) for _, one in named),
            ),
        ),
        source=text("line-month.chart.source", appendix="II"),
    )
    return [Paragraph(found), table("lines", shares, rows), chart]


def _speed(digest: LineDigest) -> list[Block]:
    measured = digest.told.measured
    if not measured:
        return [Paragraph(text("line-month.no-tests"))]
    line, least = digest.line, digest.inventory.rules.line_slow.least_ratio
    enough = sum(line_tables.least_share(digest, one) >= least for one in measured)
    found = text(
        "line-month.speed",
        count=len(digest.told.tests),
        good=len(measured),
        enough=enough,
        least=share(least),
    )
    ways = (
        ("down", line.down_mbit_per_second, [one.down_bits_per_second or 0.0 for one in measured]),
        ("up", line.up_mbit_per_second, [one.up_bits_per_second or 0.0 for one in measured]),
    )
    shares = (
        ("way", 18), ("paid", 15), ("least", 14), ("median", 14), ("most", 14), ("reached", 15),
        ("basis", 14),
    )  # fmt: skip
    rows = (
        (
            text(f"line-month.way.{way}"),
            number(paid, 0),
            mbit(min(rates)),
            mbit(median(rates)),
            mbit(max(rates)),
            share(median(rates) / paid / MBIT),
            text("line-month.basis", appendix="III"),
        )
        for way, paid, rates in ways
    )
    return [Paragraph(found), table("line-month", shares, rows), _by_week(digest, measured)]


def _by_week(digest: LineDigest, measured: tuple[Measured, ...]) -> Chart:
    """The smaller share of the contract, by the weeks of the month."""
    zone, weeks = zone_of(digest), dict[int, list[float]]()
    for one in measured:
        week = (one.at.astimezone(zone).day - 1) // 7
        weeks.setdefault(week, []).append(line_tables.least_share(digest, one))
    last = digest.told.last.day
    return Chart(
        text("line-month.chart.speed"),
        tuple(
            text("line-month.chart.week", first=week * 7 + 1, last=min(week * 7 + 7, last))
            for week in weeks
        ),
        (
            Series(
                text("lines.column.reached"),
                tuple(round(median(shares) * 100, 1) for shares in weeks.values()),
            ),
        ),
        unit="%",
        source=text("line-month.chart.source", appendix="III"),
    )


def _rest() -> tuple[Field, ...]:
    """What no figure tells: the office writes it."""
    return tuple(forms.may("line-month", name, blank_lines=2) for name in ("remarks", "proposal"))
