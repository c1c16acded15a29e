"""A finding: what one rule says of one subject now, and the readings that it rests on.

Half a million of them in a city hold no rings: `gc=False`, as in `collector.readings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from collector.readings import Verdict

Kind = Literal["operational", "security"]


Values = Mapping[str, str | int | float]
"""What fills a text; the unit in a value's name decides how it is written."""


class Seen(Struct, frozen=True, gc=False):
    """One thing seen in a reading: a key of the catalogue's `observed`, and what fills it."""

    key: str
    values: Values = {}


class Evidence(Struct, frozen=True, gc=False):
    """One reading that a verdict rests on; `report` is its row in `reports`."""

    asset: str
    kind: str
    seen: tuple[Seen, ...] = ()
    report: int | None = None
    received_at: datetime | None = None
    """When the collector had it. Only a reading received after a fix can prove that fix."""
    observed: str = ""
    """The words themselves, in rows that were written before `seen` was."""


class Finding(Struct, frozen=True, gc=False):
    """One verdict. `because` is a key of the rule's texts in the catalogue, filled with `values`."""

    rule: str
    subject: str
    """Id of the asset, person, line, set or repository that is judged."""
    verdict: Verdict
    because: str
    values: Values = {}
    evidence: tuple[Evidence, ...] = ()
    kind: Kind = "operational"
    """Which kind of incident a failing verdict opens, where the rule opens one."""
    signal_at: datetime | None = None
    """When the collector received what makes the verdict. None: time itself makes it (a silence,
    a deadline that passed), so the moment of judging is the signal."""
