"""What a ward tells its city of one day: counts alone, from a closed list of fields, and signed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

LIMIT_BYTES = 50_000
"""A ward's day. With every rule there is it takes about 3 KB."""
REVISIONS = 20
"""Corrections of one day: with the days that are taken they bound what a ward can fill."""
SIGNED = b"wardwatch summary 1\n"
"""Goes before the bytes that are signed: a signature of something else never fits."""
JOINING = b"wardwatch ward 1\n"

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Site = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
Hex64 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Hex128 = Annotated[str, Meta(pattern="^[0-9a-f]{128}$")]


class SummaryError(Exception):
    """A body that is no summary; says what and where."""


class Tally(Struct, frozen=True, forbid_unknown_fields=True):
    """How many pass, fail, and are not known; of one kind of subject, or by one rule."""

    name: Name
    passing: Count
    failing: Count
    unknown: Count


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One target of the plan. What is unknown stays in the denominator and never passes."""

    item: Literal[23, 27, 28]
    passing: Count
    failing: Count
    unknown: Count
    kinds: Annotated[tuple[Tally, ...], Meta(max_length=20)]
    """By kind of subject: `official`, `machine`, `set`, `repository`, `line`, `device`."""
    rules: Annotated[tuple[Tally, ...], Meta(max_length=100)]
    """By rule, where to look first: `antivirus`, `updates`, … A subject has several."""
    serious_incidents: Count | None
    """Item 27: of level M1 or M2 in the running half year. Null: not counted here."""

    @property
    def denominator(self) -> int:
        return self.passing + self.failing + self.unknown


class Summary(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/summaries`: no person, no machine, no address; `tests` walk this list of fields."""

    version: Literal[1]
    site: Site
    day: date
    """On the ward's own calendar."""
    revision: Annotated[int, Meta(ge=1, le=REVISIONS)]
    items: Annotated[tuple[Item, ...], Meta(min_length=3, max_length=3)]
    """23, 27 and 28, in this order."""


class SummaryAnswer(Struct, frozen=True):
    """Sent after the commit only: these bytes are stored."""

    site: str
    day: date
    revision: int
    sha256: str
    """Of the body as it was sent, lower-case hexadecimal."""


class WardRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/wards`: a ward shows its token and its public key, and that it holds the other."""

    version: Literal[1]
    token: Annotated[str, Meta(max_length=64)]
    site: Site
    public_key: Hex64
    """Ed25519 (RFC 8032), 32 bytes."""
    proof: Hex128
    """Its signature over `wardwatch ward 1`, a line feed, the token, a line feed and the site."""


class WardAnswer(Struct, frozen=True):
    """From now on the city takes what this key signs."""

    site: str
    city: str
    """The city's own name, for the officer to read."""


_SUMMARY = msgspec.json.Decoder(Summary)
_WARD = msgspec.json.Decoder(WardRequest)


def encode(summary: Summary) -> bytes:
    """The bytes that are signed and sent: the same summary gives the same."""
    return msgspec.json.encode(summary, order="sorted")


def summary(body: bytes) -> Summary:
    """Understand one. Raises SummaryError, also where its figures contradict each other."""
    try:
        body.decode("utf-8", "strict")
        found = _SUMMARY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SummaryError(str(error)) from error
    if tuple(one.item for one in found.items) != (23, 27, 28):
        raise SummaryError("items are 23, 27 and 28, in this order - at `$.items`")
    for position, item in enumerate(found.items):
        for verdict in ("passing", "failing", "unknown"):
            if getattr(item, verdict) != sum(getattr(kind, verdict) for kind in item.kinds):
                raise SummaryError(
                    f"{verdict} is not the sum of its kinds - at `$.items[{position}]`"
                )
    return found


def ward_request(body: bytes) -> WardRequest:
    """Understand a ward that wants to join. Raises SummaryError."""
    try:
        return _WARD.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SummaryError(str(error)) from error


def joining_words(token: str, site: str) -> bytes:
    """What a ward signs to show that the key is its own."""
    return JOINING + f"{token}\n{site}".encode()
