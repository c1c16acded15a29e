"""One operation of the officer's API: its address, what it is sent, what it answers, how it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from console.pages.forms import DEADLINE_SECONDS
from console.pages.problems import NUMBER_MOST

BODY_BYTES_MOST = 1024 * 1024
Instant = Annotated[datetime, Meta(tz=True, description="With its offset: 2026-11-23T14:05+07:00.")]
Number = Annotated[int, Meta(ge=0, le=NUMBER_MOST)]
Reason = Annotated[str, Meta(max_length=4000)]
Word = Annotated[str, Meta(max_length=400)]


class File(Struct, frozen=True):
    """An answer that is taken away as it is."""

    name: str
    media_type: str
    content: bytes | Iterator[bytes]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """What an act is sent that needs nothing told: `{}`."""


class Operation(NamedTuple):
    """One line of the API. `media` instead of `answer` where a file is answered."""

    method: Literal["GET", "POST"]
    path: str
    function: Callable[..., Any]
    answer: Any = None
    body: Any = None
    query: Mapping[str, str] = {}
    """Name to what it means; all of them may be left out."""
    media: tuple[str, ...] = ()
    bytes_most: int = BODY_BYTES_MOST
    seconds_most: float = DEADLINE_SECONDS
    """Until what is sent must be here."""


def read(path: str, function: Callable[[Request], Any], answer: Any, **query: str) -> Operation:
    """What is looked at."""
    return Operation("GET", path, function, answer, query=query)


def act(path: str, function: Callable[[Request, Any], Any], body: Any, answer: Any) -> Operation:
    """What is done, and what it answers."""
    return Operation("POST", path, function, answer, body)


def user(request: Request) -> str:
    """Who acts, as the audit log names them."""
    found: str = request.state.visitor.user
    return found


def missing(what: str, where: str = "") -> HTTPException:
    """What was asked for is not there, and where one sees what is."""
    return HTTPException(404, f"{what}: see {where}" if where else what)
