"""The policy file: obligations as dated rows that the office can correct, read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Condition = Literal[
    "security",
    "serious",
    "national-security-or-interruption",
    "personal-data",
    "personal-data-harm",
    "sensitive-data",
]


class PolicyError(Exception):
    """A policy file that can't be followed, with every problem in it."""


class Strict(BaseModel):
    """An unknown key is a mistake, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Both(Strict):
    """One text in the two languages."""

    vi: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Cite(Strict):
    """The basis in law: number and year together, never the number alone."""

    document: Annotated[str, Field(min_length=1)]
    article: Annotated[str, Field(min_length=1)]
    issued: date | None
    effective_from: date
    effective_to: date | None
    scope: Literal["general", "special", "internal"] = "special"
    """general: every paper on an incident rests on it; internal: the office's own, never cited."""

    def in_force(self, day: date) -> bool:
        """Whether a paper on something that happened that day can cite it."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )


class Span(Strict):
    """Days, both ends included; no end means until further notice."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date | None, Field(alias="to")]

    def holds(self, day: date) -> bool:
        """Whether the day lies in the span."""
        return self.first <= day and (self.last is None or day <= self.last)


class Due(Strict):
    """Hours after the clock's start, or month-days before which a yearly one is due."""

    hours: Annotated[float, Field(gt=0)] | None = None
    before: tuple[
        Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")], ...
    ] = ()


class Obligation(Strict):
    """One row: what must be sent, when, to whom, and on what basis."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    name: Both
    cite: Cite
    applies: Span
    when: tuple[Condition, ...]
    clock: Literal["t0", "fixed", "yearly"]
    due: Due
    to: Both
    evidence: Both

    @model_validator(mode="after")
    def _due_fits_its_clock(self) -> Obligation:
        yearly = self.clock == "yearly"
        if yearly != bool(self.due.before) or yearly == (self.due.hours is not None):
            raise ValueError(f"{self.id}: clock {self.clock} and due do not fit each other")
        return self


class Policy(Strict):
    """One file."""

    version: Literal[1]
    id: str
    law: tuple[Cite, ...]
    obligations: tuple[Obligation, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Policy:
        ids = [row.id for row in self.obligations]
        double = sorted({name for name in ids if ids.count(name) > 1})
        if double:
            raise ValueError(f"obligations named twice: {', '.join(double)}")
        return self

    def bases(self, day: date, obligations: Iterable[str]) -> tuple[str, ...]:
        """The laws that a paper cites: the general ones first, then those behind the clocks."""
        general = [cite for cite in self.law if cite.scope == "general"]
        found = (self.obligation(one) for one in obligations)
        special = [row.cite for row in found if row and row.cite.scope == "special"]
        return tuple(
            dict.fromkeys(cite.document for cite in (*general, *special) if cite.in_force(day))
        )

    def obligation(self, id: str) -> Obligation | None:
        """The row of that id; None when a later policy dropped it."""
        return next((row for row in self.obligations if row.id == id), None)


@cache
def shipped() -> Policy:
    """The policy that comes with the product."""
    source = files("alerts").joinpath("policies", "vn-2026.yaml")
    return parsed(source.read_text("utf-8"), "vn-2026.yaml")


def load(path: Path) -> Policy:
    """The office's own corrected file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: can't be read: {error}") from error
    return parsed(text, str(path))


def parsed(text: str, name: str) -> Policy:
    """Text to policy, or PolicyError with every problem, one per line."""
    try:
        tree: Any = YAML(typ="safe", pure=True).load(text)
        return Policy.model_validate(tree)
    except YAMLError as error:
        raise PolicyError(f"{name}: not YAML: {error}") from error
    except ValidationError as error:
        problems = (
            f"{name}: {'.'.join(str(part) for part in one['loc']) or '(file)'}: {one['msg']}"
            for one in error.errors()
        )
        raise PolicyError("\n".join(problems)) from error
