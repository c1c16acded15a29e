"""Findings, rules and states in words: the catalogue's texts, filled with values as people write them.

A value's name carries its unit, and the unit decides how it is written: `used_ratio` as a percentage,
`since_at` as local time, `lacking_parts` as a list of the parts' names.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from agent.words import translated
from alerts.finding import Finding
from collector.messages import Catalogue, Language, catalogue

GIB = 1024**3
SAID_BY_THE_PC = frozenset({"observed", "reason"})


def texts() -> Catalogue:
    """The catalogue of this package."""
    return catalogue("alerts")


def title(rule: str, language: Language) -> str:
    """The rule's name for a heading."""
    return texts().text(language, f"{rule}.title")


def remedy(rule: str, language: Language) -> str:
    """What to do, click by click."""
    return texts().text(language, f"{rule}.remedy")


def because(finding: Finding, language: Language, timezone: str) -> str:
    """The sentence that tells why, with its values; reasons common to all rules are shared."""
    own, shared = f"{finding.rule}.because.{finding.because}", f"because.{finding.because}"
    key = own if own in texts().texts[language] else shared
    values = {
        name: written(name, value, language, timezone) for name, value in finding.values.items()
    }
    return texts().text(language, key, **{"subject": finding.subject, **values})


def written(name: str, value: str | float, language: Language, timezone: str) -> str:
    """One value as people write it in that language."""
    if isinstance(value, str):
        return _written_text(name, value, language, timezone)
    if name.endswith("_ratio"):
        return _number(value * 100, language, 1) + " %"
    if name.endswith("_bytes"):
        return _number(value / GIB, language, 1) + " GiB"
    return _number(value, language, 1)


def _written_text(name: str, value: str, language: Language, timezone: str) -> str:
    if name in SAID_BY_THE_PC:
        return translated(value, language)
    if name.endswith("_parts"):
        return ", ".join(texts().text(language, f"part.{part}") for part in value.split())
    try:
        if name.endswith("_at"):
            local = datetime.fromisoformat(value).astimezone(ZoneInfo(timezone))
            return local.strftime("%H:%M %d/%m/%Y")
        if name.endswith("_on"):
            return date.fromisoformat(value).strftime("%d/%m/%Y")
    except ValueError:
        return value  # a dash where there is no instant
    return value


def _number(value: float, language: Language, digits: int) -> str:
    text = f"{value:,.{digits}f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
