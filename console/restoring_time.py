"""How long all of a set takes to restore, and how near the forecasts were, in one line."""

from __future__ import annotations

from math import ceil

from backup.status import SetStatus
from collector.messages import Language
from console.notation import NOTHING, TEXTS, percent, span


def restoring_time(status: SetStatus, language: Language) -> str:
    """`about 12 s (past forecasts off by 8% at most (3))`; a bound says "at most"."""
    if status.rto_seconds is None:
        return NOTHING
    sure = "backups.rto-at-most" if status.rto_basis == "bound" else "backups.rto-about"
    told = TEXTS.text(language, sure, span=span(ceil(status.rto_seconds), language))
    return f"{told}; {past}" if (past := past_errors(status, language)) else told


def past_errors(status: SetStatus, language: Language) -> str:
    """Empty where no forecast was held against a restore yet."""
    if not status.rto_errors:
        return ""
    off = percent(max(map(abs, status.rto_errors)), language)
    return TEXTS.text(language, "backups.rto-off", off=off, count=len(status.rto_errors))
