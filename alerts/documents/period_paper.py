"""What periodic papers share: their head, the rows behind a figure, and the hashes of the records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from alerts import words
from alerts.documents.digest import Digest
from alerts.documents.instants import short
from alerts.documents.letterhead import full_name, issuing_body, recipients
from alerts.documents.model import Appendix, Block, Column, Paper, Paragraph, Table
from alerts.documents.period import Period
from alerts.documents.redaction import Disclosure, redact
from alerts.documents.strings import changed
from alerts.documents.texts import named, text
from alerts.finding import Finding
from alerts.targets import Row, Target
from collector.inventory.model import Inventory


class Dated(Protocol):
    """What a digest of any kind has: whose it is, of which span, until when."""

    @property
    def inventory(self) -> Inventory: ...
    @property
    def period(self) -> Period: ...
    @property
    def until(self) -> datetime: ...


ROMAN = ("I", "II", "III", "IV", "V", "VI")


def paper(
    digest: Dated,
    kind: str,
    subject: str,
    blocks: tuple[Block, ...],
    appendices: tuple[tuple[str, tuple[Block, ...]], ...],
    disclosure: Disclosure,
    addressees: tuple[str, ...] = (),
) -> Paper:
    """A paper whose observed texts are struck through; appendices get their numbers here."""
    site, documents = digest.inventory.site, digest.inventory.documents
    own = named(kind, "symbol")
    symbol = documents.symbol if own == "symbol" else own
    year = last_moment(digest).astimezone(zone_of(digest)).year
    body = full_name(site.name)
    reference = text(
        "police.appendix.reference",
        called=text(f"{kind}.called"),
        symbol=symbol,
        year=year,
        body=body,
    )
    numbered = tuple(
        Appendix(text("period.appendix", number=ROMAN[place]), title, reference, content)
        for place, (title, content) in enumerate(appendices)
    )
    made = Paper(
        kind=kind,
        file_name=text(f"{kind}.file", period=digest.period.id.lower()),
        issuing_body=issuing_body(site.name),
        parent=site.parent,
        symbol=symbol,
        place=documents.place,
        year=year,
        type_name=text(f"{kind}.type"),
        subject=subject,
        addressees=addressees,
        blocks=blocks,
        closing=text(f"{kind}.closing", body=body),
        signature=documents.signature,
        recipients=recipients(documents, addressees),
        appendices=numbered,
        prepared_at=digest.until,
    )
    return struck(made, digest, disclosure)


def struck(made: Paper, digest: Dated, disclosure: Disclosure) -> Paper:
    """Blocks and appendices without what must not leave the office; the head is as declared."""
    people = tuple(one.name for one in digest.inventory.people if one.name)

    def strike(line: str) -> str:
        return redact(line, people, disclosure)

    blocks = changed(msgspec.to_builtins(made.blocks), strike)
    appendices = changed(msgspec.to_builtins(made.appendices), strike)
    return replace(
        made,
        blocks=msgspec.convert(blocks, tuple[Block, ...]),
        appendices=msgspec.convert(appendices, tuple[Appendix, ...]),
    )


def last_moment(digest: Dated) -> datetime:
    """The last moment that its figures hold: `until` itself is the first that they do not."""
    return digest.until - timedelta(microseconds=1)


def zone_of(digest: Dated) -> ZoneInfo:
    """Papers tell the office's own time."""
    return ZoneInfo(digest.inventory.site.timezone)


def table(form: str, shares: Iterable[tuple[str, int]], rows: Iterable[tuple[str, ...]]) -> Table:
    """A table whose headings stand under `FORM.column`."""
    columns = tuple(Column(text(f"{form}.column.{name}"), share) for name, share in shares)
    return Table(columns, tuple(rows))


def percent(target: Target) -> str:
    """Passing over all, as an office writes it; an empty figure is no number."""
    if target.ratio is None:
        return text("period.no-ratio")
    return f"{target.ratio * 100:.1f}".replace(".", ",") + "%"


def rule_name(rule: str) -> str:
    """What a figure calls a rule: by what it asks for, else by the title that it fails under."""
    own = named("rule", rule)
    return words.title(rule, "vi") if own == rule else own


def subjects(digest: Digest, target: Target) -> Table:
    """Every subject of a figure with its verdict, why, and the records that it rests on."""
    shares = (("number", 6), ("subject", 28), ("verdict", 12), ("why", 34), ("records", 20))
    rows = (
        (
            str(number),
            digest.name(row.subject),
            named("verdict", row.verdict),
            why(digest, row),
            records_of(row),
        )
        for number, row in enumerate(target.rows, 1)
    )
    return table("period", shares, rows)


def why(digest: Digest, row: Row) -> str:
    """The sentences that keep it from passing; of one that passes the first."""
    mine = [
        digest.findings[one.rule, one.subject]
        for one in row.why
        if (one.rule, one.subject) in digest.findings
    ]
    told = [one for one in mine if one.verdict != "pass"] or mine[:1]
    lines = dict.fromkeys(sentence(digest, one) for one in told)
    return " ".join(lines) or text("period.never-read")


def sentence(digest: Digest, finding: Finding) -> str:
    """Why it is so. A PC is called by the name on its label, all else as people call it."""
    subject = finding.subject
    if digest.inventory.machine(subject) is None:
        finding = replace(finding, subject=digest.name(subject))
    return words.because(finding, "vi", digest.inventory.site.timezone)


def span_name(period: Period) -> str:
    """`6 tháng cuối năm 2026`, or `năm 2026`."""
    return text(f"period.half-{period.half}" if period.half else "period.year", year=period.year)


def records_of(row: Row) -> str:
    """The numbers of the records, as the last appendix lists them with their hashes."""
    numbers = sorted({report for one in row.why for report in one.reports})
    return ", ".join(map(str, numbers)) or text("period.no-records")


def records(digest: Digest) -> tuple[Block, ...]:
    """The last appendix: each record that any figure rests on, with the hash of what the PC sent."""
    zone = zone_of(digest)
    cited = {
        report
        for target in digest.targets
        for row in target.rows
        for one in row.why
        for report in one.reports
    }
    rows = (
        (str(one.id), one.asset, short(one.received_at, zone), one.sha256)
        for one in (digest.records[number] for number in sorted(cited & digest.records.keys()))
    )
    shares = (("record", 10), ("asset", 24), ("received", 16), ("sha256", 50))
    return (Paragraph(text("period.records-opening")), table("period", shares, rows))
