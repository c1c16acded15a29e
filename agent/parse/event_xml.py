"""Events as `wevtutil qe … /f:xml` prints them: one `<Event>` after the other, without a root."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from agent.host import Entries, Event

BEGIN, END = re.compile(r"<Event[\s>]"), "</Event>"
NAMESPACE = re.compile(r"^\{[^}]*\}")
DECLARED = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
MOST_FIELDS = 256
DIGITS = re.compile(r"[0-9]{1,18}")


def entries(text: str) -> tuple[Entries, int]:
    """The events that can be read, in the order of the text, and how many there are of all."""
    # By its end first: a pattern over both would look to the text's end from every beginning.
    parts = ((part, BEGIN.search(part)) for part in text.split(END)[:-1])
    found = [_event(part[at.start() :] + END) for part, at in parts if at]
    read = tuple(event for event in found if event)
    missed = len(found) - len(read)
    return Entries(read, f"{missed} of {len(found)} entries are damaged" if missed else None), len(
        found
    )


def _event(text: str) -> Event | None:
    if DECLARED.search(text):
        return None  # Windows writes none, and an entity can grow without bounds
    try:
        # Without a DTD there is nothing to expand, and the text's length is the program's cap.
        root = ET.fromstring(text)  # noqa: S314 - see above
    except (ET.ParseError, ValueError):
        return None
    system = {_name(one): one for one in (_child(root, "System") or ())}
    number, code = (system[name].text if name in system else "" for name in NUMBERS)
    at = _instant(system["TimeCreated"].get("SystemTime", "")) if "TimeCreated" in system else None
    if not (at and DIGITS.fullmatch(number or "") and DIGITS.fullmatch(code or "")):
        return None
    provider = system["Provider"].get("Name", "") if "Provider" in system else ""
    return Event(int(number or 0), int(code or 0), provider, at, dict(_fields(root)))


NUMBERS = ("EventRecordID", "EventID")


def _fields(root: ET.Element) -> Iterator[tuple[str, str]]:
    """`EventData` by the names of its parts, `UserData` by its elements one level further down."""
    place = _child(root, "EventData")
    if place is None:
        user = _child(root, "UserData")
        place = user[0] if user is not None and len(user) else None
    for number, part in enumerate(() if place is None else list(place)[:MOST_FIELDS]):
        named = part.get("Name") if _name(part) == "Data" else _name(part)
        yield named or str(number), part.text or ""


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next((one for one in element if _name(one) == name), None)


def _name(element: ET.Element) -> str:
    return NAMESPACE.sub("", element.tag)


def _instant(text: str) -> datetime | None:
    # Windows writes seven decimals; from the seventh on nothing is told apart.
    try:
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
