"""Thresholds of the rules that the office may change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from collector.inventory.declared import Declared

WEEK_SECONDS = 7 * 24 * 3600
"""A silence that is told only after a week is not told."""


class AgentSilent(Declared):
    """Thresholds of the rule agent-silent."""

    after_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 180
    """So long without a report from a machine that should be on."""


class DiskFilling(Declared):
    """Thresholds of the rule disk-filling."""

    used_ratio: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Used share of a disk, 0 to 1."""


class LineDown(Declared):
    """Thresholds of the rule line-down."""

    after_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 180
    """So long without an answer from any target of the line."""


class Rules(Declared):
    """Thresholds that the office may change, by rule id."""

    agent_silent: Annotated[AgentSilent, Field(alias="agent-silent")] = AgentSilent()
    """A machine that should be on, and says nothing."""
    disk_filling: Annotated[DiskFilling, Field(alias="disk-filling")] = DiskFilling()
    """A disk that runs full."""
    line_down: Annotated[LineDown, Field(alias="line-down")] = LineDown()
    """An Internet line that does not answer."""
