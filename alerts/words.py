"""Findings, rules and states in words: the catalogue's texts, filled with values as people write them.

A value's name carries its unit, and the unit decides how it is written: `used_ratio` as a percentage,
`since_at` as local time, `lacking_parts` as a list of the parts' names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from agent.words import translated
from alerts.finding import Evidence, Finding, Values
from collector.messages import Catalogue, Language, catalogue

UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
SAID_BY_PROGRAMS = frozenset({"observed", "reason", "error", "first"})
"""Values in the words of an agent, of restic or of a line: told in English, translated here."""


def texts() -> Catalogue:
    """The catalogue of this package."""
    return catalogue("alerts")


def title(rule: str, language: Language) -> str:
    """The rule's name for a heading."""
    return texts().text(language, f"{rule}.title")


def remedy(rule: str, language: Language, system: str | None = None) -> str:
    """What to do, click by click; for `windows` or `linux` where the rule's clicks differ."""
    own = f"{rule}.remedy-{system}"
    return texts().text(language, own if own in texts().texts[language] else f"{rule}.remedy")


def because(finding: Finding, language: Language, timezone: str) -> str:
    """The sentence that tells why, with its values; reasons common to all rules are shared."""
    own, shared = f"{finding.rule}.because.{finding.because}", f"because.{finding.because}"
    key = own if own in texts().texts[language] else shared
    return _filled(key, {"subject": finding.subject, **finding.values}, language, timezone)


def observed(evidence: Evidence, language: Language, timezone: str) -> str:
    """What was seen in a reading, as people read it."""
    if not evidence.seen:
        return translated(evidence.observed, language)
    return "; ".join(
        _filled(f"observed.{one.key}", one.values, language, timezone) for one in evidence.seen
    )


def refusal(key: str, values: Mapping[str, str], language: Language) -> str:
    """Why an act is refused. English names acts and states as the command line does."""
    told = dict(values)
    for name, table in (("state", "state"), ("actions", "action"), ("allowed_actions", "action")):
        if name in values:
            told[name] = ", ".join(_named(table, one, language) for one in values[name].split())
    if "lacking_fields" in values:
        fields = values["lacking_fields"].split()
        told["lacking_fields"] = ", ".join(texts().text(language, f"field.{one}") for one in fields)
    return texts().text(language, f"refused.{key}", **told)


def _named(table: str, id: str, language: Language) -> str:
    return id if language == "en" else texts().text(language, f"{table}.{id}").lower()


def _filled(key: str, values: Values, language: Language, timezone: str) -> str:
    told = {name: written(name, value, language, timezone) for name, value in values.items()}
    return texts().text(language, key, **told)


def trouble(text: str, language: Language) -> str:
    """Why something could not be read, `FILE: cause` too; what is newer than these texts stays as said."""
    known = texts().texts[language]
    where, parted, cause = text.rpartition(": ")
    return known.get(f"trouble.{text}") or where + parted + known.get(f"trouble.{cause}", cause)


def written(name: str, value: str | float, language: Language, timezone: str) -> str:
    """One value as people write it in that language."""
    if isinstance(value, str):
        return _written_text(name, value, language, timezone)
    if name.endswith("_ratio"):
        return _number(value * 100, language, 1) + " %"
    if name.endswith("_bytes"):
        return _size(value, language)
    return _number(value, language, 1)


def _written_text(name: str, value: str, language: Language, timezone: str) -> str:
    if name in SAID_BY_PROGRAMS:
        return translated(value, language)
    if name.endswith("_parts"):
        return ", ".join(texts().text(language, f"part.{part}") for part in value.split())
    if name == "trouble":
        return trouble(value, language)
    if name in {"party", "check", "folder"}:
        return texts().texts[language].get(f"{name}.{value}", value)
    return _moment(name, value, timezone)


def _moment(name: str, value: str, timezone: str) -> str:
    """An instant or a day as the office writes it; any other text, a dash too, stays as it is."""
    try:
        if name.endswith("_at"):
            local = datetime.fromisoformat(value).astimezone(ZoneInfo(timezone))
            return local.strftime("%H:%M %d/%m/%Y")
        if name.endswith("_on"):
            return date.fromisoformat(value).strftime("%d/%m/%Y")
    except ValueError:
        return value
    return value


def _size(value: float, language: Language) -> str:
    unit = 0
    while abs(value) >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{_number(round(value, 1), language, 1)} {UNITS[unit]}"


def _number(value: float, language: Language, digits: int) -> str:
    text = f"{value:,.{digits}f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
