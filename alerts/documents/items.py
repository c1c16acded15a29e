"""Báo cáo 6 tháng, năm: the figures of items 23, 27 and 28 with charts and the rows behind them."""

from __future__ import annotations

from collections import Counter

from alerts.documents import forms
from alerts.documents.digest import Digest
from alerts.documents.incident_list import incidents_table, serious
from alerts.documents.instants import day
from alerts.documents.model import (
    Block,
    Chart,
    Field,
    Fields,
    Heading,
    Paper,
    Paragraph,
    Series,
)
from alerts.documents.period_paper import (
    last_moment,
    paper,
    percent,
    records,
    rule_name,
    span_name,
    subjects,
    table,
    zone_of,
)
from alerts.documents.redaction import Disclosure
from alerts.documents.texts import named, text
from alerts.targets import Target

ITEMS = (23, 27, 28)
VERDICTS = ("passing", "failing", "unknown")


def items(digest: Digest, disclosure: Disclosure | None = None) -> Paper:
    """The report of a half-year or a year. The same digest gives the same paper."""
    span = span_name(digest.period)
    blocks: list[Block] = [Paragraph(_opening(digest, span))]
    blocks += [Heading(text("items.heading.figures")), _figures(digest), _standing(digest)]
    for item in ITEMS:
        blocks += _item(digest, digest.target(item))
    blocks += [Heading(text("items.heading.rest")), Fields(_rest())]
    appendices: list[tuple[str, tuple[Block, ...]]] = [
        (text("items.appendix.subjects", item=item), (subjects(digest, digest.target(item)),))
        for item in ITEMS
    ]
    appendices.append((text("items.appendix.incidents"), incidents_table(digest)))
    appendices.append((text("period.records"), records(digest)))
    return paper(
        digest,
        "items",
        text("items.subject", span=span),
        tuple(blocks),
        tuple(appendices),
        disclosure or Disclosure(),
        (text("items.addressee"),),
    )


def _opening(digest: Digest, span: str) -> str:
    until = day(last_moment(digest), zone_of(digest))
    key = "items.opening" if digest.finished else "items.opening-running"
    return text(key, span=span, until=until)


def _figures(digest: Digest) -> Block:
    shares = (
        ("number", 7),
        ("content", 37),
        ("passing", 9),
        ("failing", 10),
        ("unknown", 9),
        ("total", 8),
        ("ratio", 10),
        ("basis", 14),
    )
    rows = (
        (
            str(one.item),
            text(f"items.content.{one.item}"),
            str(one.passing),
            str(one.failing),
            str(one.unknown),
            str(one.denominator),
            percent(one),
            text("items.basis", appendix=("I", "II", "III")[place]),
        )
        for place, one in enumerate(digest.targets)
    )
    return table("items", shares, rows)


def _standing(digest: Digest) -> Block:
    return Chart(
        text("items.chart.standing"),
        tuple(text("items.item", item=one.item) for one in digest.targets),
        tuple(
            Series(
                named("verdict", name),
                tuple(float(getattr(one, name)) for one in digest.targets),
            )
            for name in VERDICTS
        ),
        source=text("items.source"),
    )


def _item(digest: Digest, target: Target) -> list[Block]:
    item = target.item
    blocks: list[Block] = [
        Heading(text(f"items.heading.{item}")),
        Paragraph(
            text(
                "items.result",
                passing=target.passing,
                total=target.denominator,
                ratio=percent(target),
                failing=target.failing,
                unknown=target.unknown,
                appendix=("I", "II", "III")[ITEMS.index(item)],
            )
        ),
    ]
    if item == 27:
        blocks.append(Paragraph(_serious(digest)))
    if reasons := _reasons(target):
        blocks.append(Paragraph(text("items.reasons", reasons="; ".join(reasons))))
    if len(digest.months) > 1:
        blocks.append(_by_month(digest, item))
    return blocks


def _serious(digest: Digest) -> str:
    count = len(serious(digest))
    every = sum(one.incident.kind == "security" for one in digest.incidents)
    key = "items.serious" if count else "items.not-serious"
    return text(key, count=count, every=every)


def _reasons(target: Target) -> tuple[str, ...]:
    """Which rules fail or stay unknown, and on how many subjects; the most frequent first."""
    count = Counter(
        (one.verdict, one.rule) for row in target.rows for one in row.why if one.verdict != "pass"
    )
    ordered = sorted(count.items(), key=lambda one: (one[0][0] != "fail", -one[1], one[0][1]))
    return tuple(
        text(f"items.reason-{verdict}", rule=rule_name(rule), count=number)
        for (verdict, rule), number in ordered
    )


def _by_month(digest: Digest, item: int) -> Chart:
    ratios = [
        next((one.ratio for one in targets if one.item == item), None)
        for _, targets in digest.months
    ]
    return Chart(
        text("items.chart.months", item=item, number=ITEMS.index(item) + 2),
        tuple(name for name, _ in digest.months),
        (
            Series(
                text("items.column.ratio"),
                tuple(None if one is None else round(one * 100, 1) for one in ratios),
            ),
        ),
        unit="%",
        most=100.0,
        source=text("items.source-months"),
    )


def _rest() -> tuple[Field, ...]:
    """What no figure tells: the office writes it."""
    return tuple(
        forms.may("items", name, blank_lines=3) for name in ("done", "lacking", "next", "proposal")
    )
