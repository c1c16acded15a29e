"""What happened on a PC, as the collector trusts it: the section `events`, typed at the door."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from collector.readings import Natural

Word = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
"""A name out of a closed list that a newer agent may know more of."""

Named = Annotated[str, Meta(max_length=200)]


class Happening(Struct, frozen=True):
    """One line of `events`: the same again within the reading is counted."""

    at: Annotated[str, Meta(max_length=40)]
    """Of the first, by the PC's clock: data, never compared."""
    kind: Word
    channel: Annotated[str, Meta(max_length=200)]
    count: Annotated[int, Meta(ge=1, le=2**53)] = 1
    event_id: Natural | None = None
    record_id: Natural | None = None
    account_sid: Annotated[str, Meta(pattern=r"^S-1-[0-9-]{1,180}$")] | None = None
    uid_class: Word | None = None
    origin: Word | None = None
    name: Named | None = None
    """Of a service that was installed, as `software.autoruns` tells one; so the next two."""
    program: Named | None = None
    place: Word | None = None


Rows = Annotated[tuple[Happening, ...], Meta(max_length=20_000)]


class Events(Struct, frozen=True):
    """Kind `events`, which is a list on the wire. None: nothing could be read."""

    happened: Rows | None = None

    def counts(self) -> dict[str, int]:
        """How often each kind happened within the reading."""
        found: dict[str, int] = {}
        for one in self.happened or ():
            found[one.kind] = found.get(one.kind, 0) + one.count
        return found
