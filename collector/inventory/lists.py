"""Which software the office wants or refuses, and what equipment costs it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from collector.inventory.declared import Declared
from collector.inventory.kinds import Text

Dong = Annotated[int, Field(ge=0, le=10**12)]


class SoftwareLists(Declared):
    """Names of programs as they stand in the PC's own list; `*` stands for any text."""

    approved: tuple[Text, ...] = ()
    """What may be installed, and may start by itself; while it is empty, whatever is not forbidden may be installed."""
    forbidden: tuple[Text, ...] = ()
    """What may stand on no PC."""


class Prices(Declared):
    """What the office pays for one piece, VND; without a price, the plan's sum leaves it out."""

    machine: Dong | None = None
    """A new PC with its display and operating system."""
    memory: Dong | None = None
    """More memory for one PC, fitted."""
    ssd: Dong | None = None
    """An SSD for one PC, fitted."""
    display: Dong | None = None
    """A display."""
    printer: Dong | None = None
    """A printer."""
    scanner: Dong | None = None
    """A scanner."""
    signature_token: Dong | None = None
    """A USB token for digital signatures."""
