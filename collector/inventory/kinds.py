"""Kinds of value in inventory.yaml, each with the words for a value that does not fit."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

ID = r"^[a-z0-9][a-z0-9-]{0,62}$"
HOURS = r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"
HOST_PORT = r"^(\[[0-9a-fA-F:]+\]|[^:\s/]+):[0-9]{1,5}$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_CREDENTIALS = re.compile(r"://[^/@]*:[^/@]+@")
LARGEST_NETWORK = 4096
"""A /20: what one office has, and what is searched in a minute. Foreign addresses are nobody's."""
_YEARS = range(1990, 2101)
"""Any other year is a slip of the hand, and would overflow sums of days."""


class UnfitError(ValueError):
    """A value that does not fit: what is wrong with it, and what to write instead."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def slug(text: str) -> str:
    """The id nearest to that text: `Phòng Văn hóa` becomes `phong-van-hoa`."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:63].rstrip("-")


def _id(text: str) -> str:
    if re.fullmatch(ID, text):
        return text
    nearest = slug(text)
    raise UnfitError(
        "is not an id: only a-z, 0-9 and hyphens, 63 at most",
        f"write {nearest}" if nearest else None,
    )


def _timezone(text: str) -> str:
    if text in _zones():
        return text
    near = get_close_matches(text, _zones(), n=1)
    raise UnfitError(
        "is not a time zone", f"did you mean {near[0]}?" if near else "for example Asia/Ho_Chi_Minh"
    )


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _span(text: str) -> str:
    if not re.fullmatch(HOURS, text):
        raise UnfitError("is not a span of hours", "write it as 07:30-11:30")
    try:
        opens, closes = map(time.fromisoformat, text.split("-"))
    except ValueError:
        raise UnfitError("holds an hour after 23:59") from None
    if opens >= closes:
        raise UnfitError("ends before it begins", "write the earlier hour first")
    return text


def _spans(spans: tuple[str, ...]) -> tuple[str, ...]:
    ordered = sorted(spans)
    for earlier, later in pairwise(ordered):
        if later[:5] < earlier[6:]:
            raise UnfitError(f"{earlier} and {later} overlap", "end one before the other begins")
    return spans


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        day = date.fromisoformat(value) if re.fullmatch(DAY, value) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise UnfitError("is not a date", "write year-month-day, as 2027-01-31")
    return day


def _schedule(text: str) -> str:
    if len(text.split()) != 5:
        raise UnfitError(
            "is not a schedule: five fields are needed", 'for example "0 2 * * *", daily at 02:00'
        )
    try:
        # From a fixed Monday: whether a schedule can ever come true is no matter of today's date.
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        why = str(error).lower() or "the day never comes"
        raise UnfitError(
            f"is an impossible schedule: {why}", "the fields: minute hour day month weekday"
        ) from error
    return text


def _host(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        labels = text.removesuffix(".").split(".")
        # 192.168.10.300 has the form of a host name; nobody means it as one.
        named = not labels[-1].isdigit() and len(text) <= 253
        if not (named and all(_LABEL.fullmatch(label) for label in labels)):
            raise UnfitError("is not an IP address or host name") from None
    return text


def _host_port(text: str) -> str:
    if not re.fullmatch(HOST_PORT, text):
        raise UnfitError("is not an address with a port", "for example 1.1.1.1:443")
    host, port = text.rsplit(":", 1)
    _host(host.strip("[]"))
    if not 1 <= int(port) <= 65535:
        raise UnfitError(f"port {port} is out of range", "1 to 65535")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise UnfitError("is not an e-mail address")
    return text


def _stored(text: str) -> str:
    if _CREDENTIALS.search(text):
        raise UnfitError("holds a password", "keep it in a file, and name the file")
    if ".." in PurePosixPath(text).parts or ".." in PureWindowsPath(text).parts:
        raise UnfitError("leads out of its folder by ..", "write the whole path")
    return text


def hardware_address(text: str) -> str:
    """`3C-A8-2A-F6-38-AC` and the like as `3c:a8:2a:f6:38:ac`. Raises UnfitError."""
    plain = re.sub(r"[-:.]", "", text.lower())
    if not re.fullmatch(r"[0-9a-f]{12}", plain):
        raise UnfitError("is not a hardware address", "for example 3c:a8:2a:f6:38:ac")
    return ":".join(plain[place : place + 2] for place in range(0, 12, 2))


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise UnfitError(f"is not a network: {error}", "for example 192.168.10.0/24") from None
    if network.num_addresses > LARGEST_NETWORK or not network.is_private:
        raise UnfitError(
            f"is not an office's own network of at most {LARGEST_NETWORK} addresses",
            "declare each /24 that is yours",
        )
    return str(network)


Id = Annotated[str, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": ID})]
"""Lower case, digits and hyphens: safe as a metric label, a file name and a part of a URL."""

Text = Annotated[
    str,
    StringConstraints(
        # One line: it becomes a metric label, a table cell and a heading.
        min_length=1,
        max_length=300,
        strip_whitespace=True,
        pattern=r"^[^\x00-\x1f\x7f]*$",
    ),
]
TimeZone = Annotated[Text, AfterValidator(_timezone)]
Hours = Annotated[str, AfterValidator(_span), WithJsonSchema({"type": "string", "pattern": HOURS})]
DayHours = Annotated[tuple[Hours, ...], AfterValidator(_spans)]
Day = Annotated[date, BeforeValidator(_day)]
Schedule = Annotated[Text, AfterValidator(_schedule)]
Address = Annotated[Text, AfterValidator(_host)]
HostPort = Annotated[
    str, AfterValidator(_host_port), WithJsonSchema({"type": "string", "pattern": HOST_PORT})
]
Port = Annotated[int, Field(ge=1, le=65535)]
Mac = Annotated[Text, AfterValidator(hardware_address)]
"""A hardware address; however it is written, it is kept as `3c:a8:2a:f6:38:ac`."""
Network = Annotated[Text, AfterValidator(_network)]
"""A private network in CIDR form."""
Email = Annotated[Text, AfterValidator(_email)]
StoredPath = Annotated[Text, AfterValidator(_stored)]
"""A file, a folder or a restic URL; never with a password in it."""
