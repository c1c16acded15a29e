"""Tables that the papers on a line share: days, interruptions with their votes, tests, records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import floor

from alerts import words
from alerts.documents.instants import short
from alerts.documents.line_digest import LineDigest
from alerts.documents.model import Block, Paragraph, Table
from alerts.documents.period_paper import table, zone_of
from alerts.documents.texts import named, text
from collector.lines.availability import Sum
from collector.lines.blame import Observer, stop
from collector.lines.period import Lost
from collector.lines.speed_tests import Measured

MBIT = 1_000_000


def share(ratio: float | None) -> str:
    """With two places, cut and never rounded up: 99,998 % is not 100 %."""
    if ratio is None:
        return text("lines.unseen")
    return f"{floor(ratio * 10_000 + 1e-9) / 100:.2f}".replace(".", ",") + "%"


def minutes(seconds: float) -> str:
    """With one place."""
    return f"{seconds / 60:,.1f}".translate(str.maketrans(",.", ".,"))


def number(value: float | None, decimals: int = 1) -> str:
    """As an office writes it."""
    if value is None:
        return "–"
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def mbit(bits: float | None) -> str:
    """Mbit/s with one place."""
    return number(None if bits is None else bits / MBIT)


def days(digest: LineDigest) -> Table:
    """Each day: what was looked at, what of it was down."""
    shares = (
        ("day", 16), ("office", 18), ("office-down", 16), ("all", 18), ("all-down", 16),
        ("seen", 16),
    )  # fmt: skip
    rows = (
        (
            f"{day:%d/%m/%Y}",
            share(seen.office_ratio) if seen.office_seconds or not seen.all_seconds else "–",
            minutes(_down(seen.office_seconds, seen.office_up_seconds)),
            share(seen.all_ratio),
            minutes(_down(seen.all_seconds, seen.all_up_seconds)),
            minutes(seen.all_seconds),
        )
        for day, seen in digest.told.days.items()
    )
    return table("lines", shares, rows)


def _down(seen: float, up: float) -> float:
    return max(0.0, seen - up)


def down_seconds(seen: Sum, *, office: bool) -> float:
    """What was looked at and found down."""
    if office:
        return _down(seen.office_seconds, seen.office_up_seconds)
    return _down(seen.all_seconds, seen.all_up_seconds)


def interruptions(digest: LineDigest) -> Table:
    """Each interruption of the span with its cause, and the records behind the blame."""
    shares = (
        ("id", 8), ("began", 16), ("ended", 16), ("minutes", 9), ("office-minutes", 10),
        ("party", 16), ("because", 27), ("records", 12),
    )  # fmt: skip
    rows = (
        (
            str(one.interruption.id),
            short(one.interruption.began_at, zone_of(digest)),
            ended(digest, one),
            minutes(one.seconds),
            minutes(one.office_seconds),
            party(one),
            because(digest, one),
            cited(one.interruption.votes),
        )
        for one in digest.told.lost
    )
    return table("lines", shares, rows)


def ended(digest: LineDigest, one: Lost) -> str:
    """When it was over, as far as the span tells."""
    at = one.interruption.ended_at
    return text("lines.lasting") if at is None or at > digest.until else short(at, zone_of(digest))


def party(one: Lost) -> str:
    """Who is to blame."""
    return words.texts().text("vi", f"party.{one.interruption.party}")


def because(digest: LineDigest, one: Lost) -> str:
    """Why."""
    subject = digest.name(one.interruption.subject) if one.interruption.subject else ""
    return words.texts().text("vi", f"blame.{one.interruption.because}", subject=subject)


def cited(votes: Iterable[Observer]) -> str:
    """The numbers of the reports; the collector's own look has none."""
    numbers = sorted(vote.report for vote in votes if vote.report is not None)
    return ", ".join(map(str, numbers)) or text("lines.own-look")


def tests(digest: LineDigest) -> Table:
    """Each speed test of the span, those without figures too."""
    shares = (
        ("at", 17), ("machine", 21), ("down", 11), ("up", 11), ("reached", 15), ("latency", 10),
        ("server", 19), ("record", 9),
    )  # fmt: skip
    return table("lines", shares, (_test(digest, one) for one in digest.told.tests))


def _test(digest: LineDigest, one: Measured) -> tuple[str, ...]:
    return (
        short(one.at, zone_of(digest)),
        one.asset,
        mbit(one.down_bits_per_second),
        mbit(one.up_bits_per_second),
        reached(digest, one),
        number(None if one.latency_seconds is None else one.latency_seconds * 1000),
        f"{one.provider}, {one.server}" if one.server else one.provider,
        str(one.report) if one.report is not None else text("lines.own-look"),
    )


def reached(digest: LineDigest, one: Measured) -> str:
    """The smaller share of what is paid for."""
    if one.down_bits_per_second is None or one.up_bits_per_second is None:
        return text("lines.no-figures")
    if one.scope != "internet":
        return text("lines.lan")
    return share(least_share(digest, one))


def least_share(digest: LineDigest, one: Measured) -> float:
    """Of the two ways, the one that falls shorter of the contract. Only of a test with figures."""
    down, up = one.down_bits_per_second or 0.0, one.up_bits_per_second or 0.0
    line = digest.line
    return min(
        down / line.down_mbit_per_second / MBIT,
        up / line.up_mbit_per_second / MBIT,
    )


def votes(digest: LineDigest, one: Lost) -> Table:
    """What each machine found, step by step on its way out."""
    shares = (
        ("machine", 26), ("link", 12), ("gateway", 13), ("hop", 16), ("targets", 13),
        ("stop", 24), ("record", 10),
    )  # fmt: skip
    rows = (
        (
            digest.name(vote.asset),
            _link(vote.link),
            _said(vote.gateway),
            _said(vote.hop),
            _said(vote.targets),
            named("lines.stop", stop(vote)),
            str(vote.report) if vote.report is not None else text("lines.own-look"),
        )
        for vote in one.interruption.votes
    )
    return table("lines", shares, rows)


def _said(value: bool | None) -> str:
    return text("lines.not-asked" if value is None else "lines.yes" if value else "lines.no")


def _link(value: bool | None) -> str:
    """A cable has a signal or none; nobody asks it."""
    key = "not-asked" if value is None else "plugged" if value else "unplugged"
    return text(f"lines.{key}")


def records(digest: LineDigest) -> tuple[Block, ...]:
    """The last appendix: the hash of every report, and of the votes kept with an interruption."""
    zone = zone_of(digest)
    lost = [digest.outage] if digest.outage else digest.told.lost
    reports = (
        (str(one.id), one.asset, short(one.received_at, zone), one.sha256)
        for _, one in sorted(digest.records.items())
    )
    kept = (
        (
            text("lines.interruption", id=one.interruption.id),
            text("lines.kept-votes", count=len(one.interruption.votes)),
            _judged(one.interruption.judged_at, digest),
            digest.sums.get(one.interruption.id, "–"),
        )
        for one in lost
    )
    shares = (("record", 16), ("asset", 22), ("received", 18), ("sha256", 44))
    return (Paragraph(text("lines.records-opening")), table("period", shares, (*kept, *reports)))


def _judged(at: datetime | None, digest: LineDigest) -> str:
    return "–" if at is None else short(at, zone_of(digest))
