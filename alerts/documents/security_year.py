"""Báo cáo an ninh mạng năm: incidents, clocks and protection from 15 December to 14 December.

Nghị định số 331/2026/NĐ-CP, Điều 35 and 36: in house before 20, to the Ministry before 25 December.
"""

from __future__ import annotations

from collections import Counter

from alerts.documents import forms
from alerts.documents.digest import Digest
from alerts.documents.incident_list import incidents_table, real, serious
from alerts.documents.model import Block, Chart, Field, Fields, Heading, Paper, Paragraph, Series
from alerts.documents.period_paper import paper, percent, records, rule_name, subjects, table
from alerts.documents.police_fields import level_of
from alerts.documents.redaction import Disclosure
from alerts.documents.texts import named, text

GROUPS = tuple(f"N{number}" for number in range(1, 10))
LEVELS = ("M1", "M2", "M3", "M4")


def security_year(digest: Digest, disclosure: Disclosure | None = None) -> Paper:
    """The yearly report. The same digest gives the same paper."""
    site = digest.inventory.site
    blocks: list[Block] = [
        Paragraph(_opening(digest)),
        Heading(text("security-year.heading.system")),
        Fields(_system(digest)),
        Heading(text("security-year.heading.incidents")),
        Paragraph(_summary(digest)),
        _by_group(digest),
        _chart(digest),
        Heading(text("security-year.heading.duties")),
        *_duties(digest),
        Heading(text("security-year.heading.protection")),
        Paragraph(_protection(digest)),
        _rules(digest),
        Heading(text("security-year.heading.rest")),
        Fields(_rest(), 4),
    ]
    appendices = (
        (text("items.appendix.incidents"), incidents_table(digest)),
        (text("security-year.appendix"), (subjects(digest, digest.target(27)),)),
        (text("period.records"), records(digest)),
    )
    force = digest.inventory.contacts.cyber_force
    return paper(
        digest,
        "security-year",
        text("security-year.subject", year=digest.period.year, body=site.name),
        tuple(blocks),
        appendices,
        disclosure or Disclosure(),
        (force.post if force else text("security-year.addressee"),),
    )


def _opening(digest: Digest) -> str:
    first, last = digest.period.first, digest.period.last
    key = "security-year.opening" if digest.finished else "security-year.opening-running"
    return text(
        key,
        body=digest.inventory.site.name,
        first=first.strftime("%d/%m/%Y"),
        last=last.strftime("%d/%m/%Y"),
    )


def _system(digest: Digest) -> tuple[Field, ...]:
    inventory = digest.inventory
    site = inventory.site
    counts = text(
        "security-year.counts",
        machines=len(inventory.machines),
        devices=len(inventory.devices),
        lines=len(inventory.lines),
    )
    return (
        forms.may("incident", "system-name", site.system_name),
        forms.may("incident", "system-level", level_of(site)),
        forms.may("security-year", "counts", counts),
    )


def _summary(digest: Digest) -> str:
    security = [one for one in real(digest) if one.incident.kind == "security"]
    closed = sum(one.incident.state == "closed" for one in security)
    drills = sum(one.incident.drill for one in digest.incidents)
    return text(
        "security-year.summary",
        count=len(security),
        serious=len(serious(digest)),
        closed=closed,
        open=len(security) - closed,
        drills=drills,
    )


def _counts(digest: Digest) -> Counter[tuple[str | None, str]]:
    return Counter(
        (one.incident.group, one.incident.level)
        for one in real(digest)
        if one.incident.kind == "security"
    )


def _by_group(digest: Digest) -> Block:
    count = _counts(digest)
    shares = (("group", 40), ("m1", 10), ("m2", 10), ("m3", 10), ("m4", 10), ("sum", 20))
    rows = [
        (
            named("group", group),
            *(str(count[group, level]) for level in LEVELS),
            str(sum(count[group, level] for level in LEVELS)),
        )
        for group in GROUPS
    ]
    others = [str(count[None, level]) for level in LEVELS]
    rows.append((text("security-year.ungrouped"), *others, str(sum(map(int, others)))))
    return table("security-year", shares, rows)


def _chart(digest: Digest) -> Block:
    count = _counts(digest)
    values = tuple(float(sum(count[group, level] for level in LEVELS)) for group in GROUPS)
    return Chart(
        text("security-year.chart"),
        GROUPS,
        (Series(text("security-year.column.sum"), values),),
        source=text("security-year.source"),
    )


def _duties(digest: Digest) -> tuple[Block, ...]:
    """How often each notice went out in time, by its proof of sending."""
    found: dict[str, Counter[str]] = {}
    for one in real(digest):
        at = {sent.obligation: sent.sent_at for sent in one.deliveries}
        for duty in one.duties:
            sent_at = at.get(duty.obligation)
            late = bool(sent_at and duty.due_at and sent_at > duty.due_at)
            stands = "late" if late else duty.state
            found.setdefault(duty.obligation, Counter())[stands] += 1
    if not found:
        return (Paragraph(text("security-year.no-duties")),)
    shares = (("duty", 40), ("sent", 15), ("late", 15), ("overdue", 15), ("aside", 15))
    rows = (
        (
            named("duty", name),
            *(str(count[one]) for one in ("sent", "late", "overdue", "not_applicable")),
        )
        for name, count in sorted(found.items())
    )
    return (table("security-year", shares, rows),)


def _protection(digest: Digest) -> str:
    target = digest.target(27)
    return text(
        "items.result",
        passing=target.passing,
        total=target.denominator,
        ratio=percent(target),
        failing=target.failing,
        unknown=target.unknown,
        appendix="II",
    )


def _rules(digest: Digest) -> Block:
    """Each rule of item 27 with how many subjects pass it."""
    count: dict[str, Counter[str]] = {}
    for row in digest.target(27).rows:
        for one in row.why:
            count.setdefault(one.rule, Counter())[one.verdict] += 1
    shares = (("rule", 52), ("passing", 16), ("failing", 16), ("unknown", 16))
    rows = (
        (rule_name(rule), *(str(found[one]) for one in ("pass", "fail", "unknown")))
        for rule, found in sorted(count.items())
    )
    return table("security-year", shares, rows)


def _rest() -> tuple[Field, ...]:
    names = ("training", "documents", "lacking", "proposal")
    return tuple(forms.may("security-year", name, blank_lines=3) for name in names)
