"""Which silent PCs the others still see on their network: who is asked for, and who saw whom."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Mac = Annotated[str, Meta(pattern="^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")]


class Neighbour(Struct, frozen=True):
    """A PC of the office that another one sees in its table of neighbours."""

    mac: Mac
    state: Literal["reachable", "stale"]
    """`reachable`: it answered within the last minute or so; `stale`: it did before."""
    confirmed_seconds: Annotated[float, Meta(ge=0)] | None = None
    """Since it last answered, at the reading; Windows does not tell."""


class Neighbours(Struct, frozen=True):
    """Kind `neighbours`: which of the silent PCs that it was asked for the PC sees. None: unread."""

    seen: Annotated[tuple[Neighbour, ...], Meta(max_length=256)] | None = None
