"""Everything that a page or a screen writes for people, in one language and one time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from agent.words import translated
from alerts import words as alert_words
from alerts.finding import Evidence
from collector.messages import Language, catalogue
from console import notation


@dataclass(frozen=True)
class Words:
    """Texts of all packages and the office's way of writing figures and times."""

    language: Language
    timezone: str
    now: datetime

    def text(self, key: str, **values: object) -> str:
        """A text of the console."""
        return catalogue("console").text(self.language, key, **values)

    def named(self, group: str, id: str) -> str:
        """What people call a kind or a check; one that is newer than these texts keeps its id."""
        return catalogue("console").texts[self.language].get(f"{group}.{id}", id)

    def alerts(self, key: str, **values: object) -> str:
        """A text of the rules, incidents and obligations."""
        return catalogue("alerts").text(self.language, key, **values)

    def said(self, text: str) -> str:
        """What a PC says of itself: checks, gaps, errors."""
        return translated(text, self.language)

    def trouble(self, text: str) -> str:
        """Why a device could not be read; what is newer than these texts stays as it was said."""
        return alert_words.trouble(text, self.language)

    def observed(self, evidence: Evidence) -> str:
        """What was seen in a reading that a finding rests on."""
        return alert_words.observed(evidence, self.language, self.timezone)

    def number(self, value: float | None, decimals: int = 0) -> str:
        return notation.number(value, self.language, decimals)

    def percent(self, ratio: float | None) -> str:
        return notation.percent(ratio, self.language)

    def size(self, count: float | None) -> str:
        return notation.size(count, self.language)

    def span(self, seconds: float | None) -> str:
        return notation.span(seconds, self.language)

    def ago(self, at: datetime | None) -> str:
        return notation.ago(at, self.now, self.language)

    def instant(self, at: datetime | None) -> str:
        return notation.instant(at, self.timezone)

    def day(self, value: date | str | None) -> str:
        return notation.day(value)
