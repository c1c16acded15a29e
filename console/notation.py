"""How figures, sizes, spans and instants are written for people, in either language."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from collector.messages import Language, catalogue

NOTHING = "–"
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")

SPANS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
TEXTS = catalogue("console")


def number(value: float | None, language: Language, decimals: int = 0) -> str:
    """Vietnamese groups by a dot and parts the decimals by a comma; English the other way."""
    if value is None:
        return NOTHING
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def percent(ratio: float | None, language: Language) -> str:
    """Whole percents. What is not quite all never reads 100, what is not nothing never 0."""
    if ratio is None:
        return NOTHING
    shown = round(ratio * 100)
    if shown == 100 and ratio < 1:
        shown = 99
    if shown == 0 and ratio > 0:
        shown = 1
    return f"{shown} %" if language == "vi" else f"{shown}%"


def size(count: float | None, language: Language) -> str:
    """Bytes in binary units, three figures."""
    if count is None:
        return NOTHING
    amount, unit = float(count), 0
    while amount >= 1024 and unit < len(UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    decimals = 1 if unit and amount < 100 else 0
    return f"{number(amount, language, decimals)} {UNITS[unit]}"


def span(seconds: float | None, language: Language) -> str:
    """The two largest units: `2 giờ 5 phút`."""
    if seconds is None:
        return NOTHING
    left = max(0, int(seconds))
    parts: list[str] = []
    for name, length in SPANS:
        amount, rest = divmod(left, length)
        if parts and not amount:
            break
        if amount and len(parts) < 2:
            parts.append(TEXTS.text(language, f"span.{name}", amount=amount))
            left = rest
    return " ".join(parts) or TEXTS.text(language, "span.second", amount=0)


def ago(at: datetime | None, now: datetime, language: Language) -> str:
    """How long ago that was."""
    if at is None:
        return TEXTS.text(language, "span.never")
    seconds = (now - at).total_seconds()
    if seconds < 5:
        return TEXTS.text(language, "span.just-now")
    return TEXTS.text(language, "span.ago", span=span(seconds, language))


def instant(at: datetime | None, timezone: str) -> str:
    """`23/11/2026 13:52` on the office's own clock."""
    return NOTHING if at is None else f"{at.astimezone(ZoneInfo(timezone)):%d/%m/%Y %H:%M}"


def day(value: date | str | None) -> str:
    """A date, also one that came as ISO text; other text stays as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value)
    return NOTHING if value is None else f"{value:%d/%m/%Y}"
