"""How the office grades its incidents, and what it lets the suite do by itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from collector.inventory.declared import Declared


class Step(Declared):
    """What reaches a level: any one of the measures is enough."""

    machines: Annotated[int, Field(ge=1)]
    """So many machines concerned."""
    persons: Annotated[int, Field(ge=1)]
    """Personal data of so many persons touched."""
    interruption_hours: Annotated[float, Field(gt=0)]
    """Service to citizens interrupted for so many hours."""


class Thresholds(Declared):
    """From where on an incident is M1 or M2; the decrees leave "serious" to the office."""

    m1: Step = Step(machines=20, persons=1000, interruption_hours=24)
    """Especially serious."""
    m2: Step = Step(machines=5, persons=100, interruption_hours=4)
    """Serious."""
    send_m1_at_once: bool = False
    """Whether the initial report on an M1 incident goes out unasked; else an officer approves it."""
