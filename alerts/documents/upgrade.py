"""Kế hoạch rà soát, nâng cấp (item 28): who to equip first, with what, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from alerts import words
from alerts.documents import forms
from alerts.documents.digest import Digest
from alerts.documents.model import Block, Field, Fields, Heading, Items, Paper, Paragraph
from alerts.documents.period_paper import paper, percent, records, sentence, table
from alerts.documents.redaction import Disclosure
from alerts.documents.texts import text
from alerts.finding import Finding

Piece = Literal["machine", "memory", "ssd", "display", "printer", "scanner", "signature_token"]
"""What can be bought; as `prices` in the inventory names it."""

PIECES: Mapping[str, Piece] = {
    "memory": "memory",
    "ssd": "ssd",
    "disk": "ssd",
    "display": "display",
    "printer": "printer",
    "scanner": "scanner",
    "signature": "signature_token",
    "cpu": "machine",
    "os": "machine",
}
"""By the part that a machine lacks: what mends it. An old processor is no part to be changed."""


OTHERS: Mapping[str, Piece] = {
    "printers-few": "printer",
    "scanners-few": "scanner",
    "signature-token": "signature_token",
}
"""By rule: what is bought beside PCs."""


class Need(Struct, frozen=True):
    """One purchase."""

    rank: int
    """1: an official without a PC; 2: a PC to be replaced; 3: parts; 4: shared devices, tokens."""
    who: str
    """The official's post, or what a shared PC is for."""
    asset: str | None
    lacks: str
    pieces: tuple[Piece, ...]
    records: tuple[int, ...]

    def cost(self, prices: Mapping[str, int]) -> int | None:
        """In đồng; None where a price is not declared: a sum that leaves it out would mislead."""
        known = [prices[one] for one in self.pieces if one in prices]
        return sum(known) if len(known) == len(self.pieces) else None


def upgrade(
    digest: Digest, prices: Mapping[str, int], disclosure: Disclosure | None = None
) -> Paper:
    """The plan of a year. `prices` are in đồng for one piece, as the office declared them."""
    found = needs(digest)
    blocks: tuple[Block, ...] = (
        Paragraph(_opening(digest)),
        Heading(text("upgrade.heading.now")),
        Paragraph(_now(digest)),
        Heading(text("upgrade.heading.list")),
        Paragraph(text("upgrade.order")),
        _list(found, prices),
        Paragraph(_sum(found, prices)),
        Heading(text("upgrade.heading.lines")),
        *_lines(digest),
        Heading(text("upgrade.heading.doing")),
        Fields(_doing()),
    )
    return paper(
        digest,
        "upgrade",
        text("upgrade.subject", year=digest.period.year),
        blocks,
        ((text("period.records"), records(digest)),),
        disclosure or Disclosure(),
    )


def needs(digest: Digest) -> tuple[Need, ...]:
    """Who to equip first: nobody's PC before a PC to be replaced before parts; then by what lacks."""
    found: dict[str, Need] = {}
    for row in digest.target(23).rows:
        official = digest.findings.get(("official-without-machine", row.subject))
        if official is not None and official.verdict == "fail":
            lacks = text("upgrade.lacks-machine")
            found[row.subject] = Need(1, digest.name(row.subject), None, lacks, ("machine",), ())
    for (rule, asset), finding in digest.findings.items():
        if rule == "machine-below-profile" and finding.verdict == "fail":
            found[asset] = _machine(digest, asset, finding)
        elif rule in OTHERS and finding.verdict == "fail":
            found[f"{rule}/{asset}"] = _other(digest, asset, finding, OTHERS[rule])
    return tuple(
        sorted(
            found.values(), key=lambda one: (one.rank, -len(one.pieces), one.who, one.asset or "")
        )
    )


def _machine(digest: Digest, asset: str, finding: Finding) -> Need:
    parts = str(finding.values.get("lacking_parts", "")).split()
    pieces = tuple(dict.fromkeys(PIECES[one] for one in parts if one in PIECES))
    replaced = "machine" in pieces
    machine = digest.inventory.machine(asset)
    who = digest.name(machine.person) if machine and machine.person else digest.name(asset)
    lacks = words.written("lacking_parts", " ".join(parts), "vi", digest.inventory.site.timezone)
    reports = tuple(sorted({one.report for one in finding.evidence if one.report is not None}))
    return Need(
        2 if replaced else 3, who, asset, lacks, ("machine",) if replaced else pieces, reports
    )


def _other(digest: Digest, subject: str, finding: Finding, piece: Piece) -> Need:
    """What the norm of quantity or a profile asks for beside the PC itself."""
    many = max(1, int(finding.values.get("wanted", 1)) - int(finding.values.get("count", 0)))
    lacks = sentence(digest, finding)
    asset = subject if digest.inventory.machine(subject) else None
    reports = tuple(sorted({one.report for one in finding.evidence if one.report is not None}))
    return Need(4, digest.name(subject), asset, lacks, (piece,) * many, reports)


def _opening(digest: Digest) -> str:
    return text("upgrade.opening", body=digest.inventory.site.name, year=digest.period.year)


def _now(digest: Digest) -> str:
    equipped, stable = digest.target(23), digest.target(28)
    return text(
        "upgrade.now",
        passing=equipped.passing,
        total=equipped.denominator,
        ratio=percent(equipped),
        stable=percent(stable),
    )


def _list(found: tuple[Need, ...], prices: Mapping[str, int]) -> Block:
    shares = (
        ("number", 6), ("who", 20), ("asset", 19), ("lacks", 19), ("buy", 14), ("cost", 14),
        ("records", 9),
    )  # fmt: skip
    rows = (
        (
            str(number),
            one.who,
            one.asset or text("upgrade.shared" if one.rank == 4 else "upgrade.no-machine"),
            one.lacks,
            _pieces(one.pieces),
            _dong(one.cost(prices)),
            ", ".join(map(str, one.records)) or text("upgrade.declared"),
        )
        for number, one in enumerate(found, 1)
    )
    return table("upgrade", shares, rows)


def _pieces(pieces: tuple[Piece, ...]) -> str:
    """`máy in (2)`: what comes more than once is counted."""
    count = Counter(pieces)
    named = {piece: text(f"upgrade.piece.{piece}") for piece in count}
    return ", ".join(
        f"{named[piece]} ({number})" if number > 1 else named[piece]
        for piece, number in count.items()
    )


def _sum(found: tuple[Need, ...], prices: Mapping[str, int]) -> str:
    costs = [one.cost(prices) for one in found]
    unknown = costs.count(None)
    known = sum(one for one in costs if one is not None)
    key = "upgrade.sum-open" if unknown else "upgrade.sum"
    return text(key, count=len(found), sum=_dong(known), unknown=unknown)


def _lines(digest: Digest) -> tuple[Block, ...]:
    rows = tuple(
        text(
            "upgrade.line",
            name=line.name,
            provider=line.provider,
            down=f"{line.down_mbit_per_second:g}",
            up=f"{line.up_mbit_per_second:g}",
        )
        for line in digest.inventory.lines
    )
    return (Items(rows),) if rows else (Paragraph(text("upgrade.no-lines")),)


def _doing() -> tuple[Field, ...]:
    names = ("funds", "schedule", "responsible", "proposal")
    return tuple(forms.may("upgrade", name, blank_lines=2) for name in names)


def _dong(amount: int | None) -> str:
    return text("upgrade.no-price") if amount is None else f"{amount:,}".replace(",", ".")
