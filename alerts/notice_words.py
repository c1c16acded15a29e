"""A message in words: what happened, rule by rule, with what to do; no address, name or file in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from msgspec import Struct

from alerts.incidents import Incident
from alerts.notices import URGENT, Kind, Notice, severity
from alerts.policy import shipped
from alerts.words import remedy, texts, title, written
from collector.inventory.model import Inventory
from collector.messages import Language

ORDER: tuple[Kind, ...] = ("untaken", "clock", "opened", "recovered")
"""The most pressing first."""
LISTED = 10
"""Subjects of one rule that are named; of two hundred the number says more."""


class Words(Struct, frozen=True):
    """What a channel shows."""

    subject: str
    body: str


def message(
    notices: Sequence[Notice], inventory: Inventory, language: Language, now: datetime
) -> Words:
    """One message for all of them; raises nothing for a rule that is no more."""
    site = inventory.site
    told = ", ".join(_count(kind, mine, language) for kind in ORDER if (mine := _of(kind, notices)))
    subject = texts().text(language, "notice.subject", site=site.name, told=told)
    if all(one.incident is not None and one.incident.drill for one in notices):
        subject = texts().text(language, "notice.drill", text=subject)
    lines: list[str] = []
    for kind in ORDER:
        if mine := _of(kind, notices):
            lines += [
                texts().text(language, f"notice.heading-{kind}"),
                *_section(kind, mine, inventory, language),
                "",
            ]
    at = written("sent_at", now.isoformat(), language, site.timezone)
    return Words(subject, "\n".join([*lines, texts().text(language, "notice.foot", at=at)]))


def _of(kind: Kind, notices: Iterable[Notice]) -> list[Notice]:
    return [one for one in notices if one.kind == kind]


def _count(kind: Kind, mine: Sequence[Notice], language: Language) -> str:
    urgent = sum(one.rank >= URGENT for one in mine)
    if kind == "opened" and urgent:
        return texts().text(language, "notice.opened-urgent", count=len(mine), urgent=urgent)
    return texts().text(language, f"notice.{kind}", count=len(mine))


def _section(
    kind: Kind, mine: Sequence[Notice], inventory: Inventory, language: Language
) -> Iterator[str]:
    if kind == "clock":
        yield from (_clock(one, inventory, language) for one in mine)
        return
    told = [(one.rank, one.incident) for one in mine if one.incident is not None]
    worst_first = sorted(told, key=lambda pair: (-pair[0], pair[1].rule, pair[1].id))
    for rule, group in groupby(worst_first, key=lambda pair: pair[1].rule):
        same = [incident for _, incident in group]
        yield _named(same[0], language)
        yield from (_line(one, inventory, language) for one in same[:LISTED])
        if len(same) > LISTED:
            yield texts().text(language, "notice.more", count=len(same) - LISTED)
        if kind != "recovered" and f"{rule}.remedy" in texts().texts[language]:
            yield texts().text(language, "notice.remedy", text=remedy(rule, language))


def _named(incident: Incident, language: Language) -> str:
    known = f"{incident.rule}.title" in texts().texts[language]
    return texts().text(
        language,
        "notice.rule",
        title=title(incident.rule, language) if known else incident.rule,
        severity=texts().text(language, f"severity.{severity(incident)}"),
    )


def _line(incident: Incident, inventory: Inventory, language: Language) -> str:
    at = written("t0_at", incident.t0.isoformat(), language, inventory.site.timezone)
    line = texts().text(language, "notice.line", id=incident.id, subject=incident.subject, at=at)
    return texts().text(language, "notice.drill", text=line) if incident.drill else line


def _clock(one: Notice, inventory: Inventory, language: Language) -> str:
    obligation = str(one.detail["obligation"])
    row = shipped().obligation(obligation)
    share = float(one.detail["share_ratio"])
    timezone = inventory.site.timezone
    return texts().text(
        language,
        "notice.line-overdue" if share >= 1 else "notice.line-clock",
        id=one.incident.id if one.incident else inventory.site.name,
        name=getattr(row.name, language) if row else obligation,
        due_at=written("due_at", str(one.detail["due_at"]), language, timezone),
        share_ratio=written("share_ratio", share, language, timezone),
    )
