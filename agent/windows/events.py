"""What the event channels of Windows tell that an officer should know, from where it was last read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.host import Event, UnreadableError
from agent.host.reader import Reader
from agent.parse.happenings import Happening, Service, origin

SECURITY = "Security"
SYSTEM = "System"
DEFENDER = "Microsoft-Windows-Windows Defender/Operational"
CHANNELS = (SECURITY, SYSTEM, DEFENDER)
ALWAYS = (SECURITY, SYSTEM)
"""Every Windows has these; Defender's is not there where another product took its place."""
ADMINISTRATORS = "S-1-5-32-544"
SID = re.compile(r"S-1-\d{1,15}(-\d{1,10}){1,15}")
"""As [MS-DTYP] 2.4.2.1 writes it; a damaged log may hold anything in its place."""
NOBODY = "S-1-0-0"
"""Stands for the account in a failed logon: Windows does not say who it would have been."""
FAILED, SUCCEEDED = 4625, 4624
INSTALLED = ("service-installed", None)
KINDS: Mapping[tuple[str, int], tuple[str, str | None]] = {
    (SECURITY, FAILED): ("logon-failed", "TargetUserSid"),
    (SECURITY, SUCCEEDED): ("logon-after-failures", "TargetUserSid"),
    (SECURITY, 4720): ("account-created", "TargetSid"),
    (SECURITY, 4728): ("administrator-added", "MemberSid"),
    (SECURITY, 4732): ("administrator-added", "MemberSid"),
    (SECURITY, 1102): ("log-cleared", "SubjectUserSid"),
    (SYSTEM, 104): ("log-cleared", "SubjectUserSid"),
    (SECURITY, 4740): ("account-locked", "TargetSid"),
    (SYSTEM, 7045): INSTALLED,
    (DEFENDER, 1116): ("malware-found", None),
    (DEFENDER, 1117): ("malware-blocked", None),
    (DEFENDER, 1118): ("malware-active", None),
    (DEFENDER, 1119): ("malware-active", None),
    (DEFENDER, 5001): ("protection-off", None),
    (DEFENDER, 5010): ("protection-off", None),
    (DEFENDER, 5012): ("protection-off", None),
    (SECURITY, 6416): ("usb-storage", None),
}
"""By channel and number: what it is called, and which field names the account. 1117 tells that the
action on the threat succeeded, 1118 and 1119 that it failed, the latter for good; 5001, 5010 and
5012 that protection in real time, against spyware, against viruses was turned off (Microsoft
Defender Antivirus, event IDs and error codes)."""


DAY_MILLISECONDS = 24 * 3600 * 1000


def query(channel: str, after: int) -> str:
    """The XPath that asks a channel for what is looked for here: the first time, for the last day."""
    codes = " or ".join(f"EventID={code}" for place, code in KINDS if place == channel)
    since = f"TimeCreated[timediff(@SystemTime) <= {DAY_MILLISECONDS}]"
    since = f"EventRecordID>{after:d}" if after > 0 else since
    return f"*[System[{since} and ({codes})]]"


@dataclass(frozen=True, slots=True)
class Mark:
    """The last entry that was read. Its time tells whether the numbers began anew since."""

    record_id: int
    at: datetime

    def text(self) -> str:
        """As it is noted in the spool."""
        return f"{self.record_id} {self.at.isoformat()}"


def mark(text: str) -> Mark | None:
    """None where nothing was read yet."""
    number, _, at = text.partition(" ")
    try:
        return Mark(int(number), datetime.fromisoformat(at))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Fresh:
    """Entries since the mark, and whether the channel was emptied in between."""

    events: tuple[Event, ...]
    restarted: bool = False
    cause: str | None = None
    """What could not be read of the channel."""


def read(reader: Reader, notes: Mapping[str, str]) -> tuple[tuple[Happening, ...], dict[str, str]]:
    """What happened on every channel, and how far each was read."""
    found: list[Happening] = []
    marks = {}
    for channel in CHANNELS:
        try:
            fresh = _since(reader, channel, mark(notes.get(channel, "")))
        except UnreadableError as problem:
            if channel in ALWAYS or not problem.absent:
                reader.gap(channel, problem.cause)
            continue
        if fresh.cause:
            reader.gap(channel, fresh.cause)
        torn = sum(1 for one in fresh.events if _is_torn(channel, one))
        if torn:
            reader.gap(channel, f"{torn} entries without the fields that they must have")
        found += happenings(channel, fresh, _services(reader, channel, fresh))
        if fresh.events:
            last = fresh.events[-1]
            marks[channel] = Mark(last.record_id, last.at).text()
    return tuple(found), marks


NEEDED = {FAILED: "TargetUserName", SUCCEEDED: "TargetUserName"} | dict.fromkeys(
    (4728, 4732), "TargetSid"
)
"""By what an entry is told from others: without it, one that counts may be missed."""


def _is_torn(channel: str, event: Event) -> bool:
    needed = NEEDED.get(event.event_id) if channel == SECURITY else None
    return needed is not None and not event.data.get(needed)


def _since(reader: Reader, channel: str, last: Mark | None) -> Fresh:
    if last is None:
        every = reader.host.events(channel, 0)
        return Fresh(every.events, cause=every.cause)
    # From the marked entry itself on: found as it was, the numbers are still the same ones.
    found = reader.host.events(channel, last.record_id - 1)
    first = found.events[0] if found.events else None
    if first and (first.record_id, first.at) == (last.record_id, last.at):
        return Fresh(found.events[1:], cause=found.cause)
    # Overwritten since, which loses nothing, or cleared: then small numbers carry later times.
    every = reader.host.events(channel, 0)
    again = any(one.record_id <= last.record_id and one.at > last.at for one in every.events)
    newer = (one for one in every.events if one.at > last.at or one.record_id > last.record_id)
    return Fresh(tuple(newer), again, every.cause)


Services = Mapping[int, Service]
"""By the number of the entry that tells of it."""


def _services(reader: Reader, channel: str, fresh: Fresh) -> Services:
    """What was installed: mostly nothing, and then nothing is loaded or read for it."""
    told = [one for one in fresh.events if KINDS.get((channel, one.event_id)) == INSTALLED]
    if not told:
        return {}
    from agent.windows import new_services  # noqa: PLC0415 - mostly nothing was installed

    hidden = new_services.accounts(reader, channel)
    return {one.record_id: new_services.service(one, hidden) for one in told}


def happenings(channel: str, fresh: Fresh, services: Services) -> Iterator[Happening]:
    """What is worth a line. A logon that worked is told only after failures of the same account."""
    told = [code for code in (1102, 104) if any(one.event_id == code for one in fresh.events)]
    if fresh.restarted and not told:
        first = fresh.events[0]
        yield Happening(first.at, "log-cleared", channel, record_id=first.record_id)
    failed: set[str] = set()
    for event in fresh.events:
        if not _is_meant(channel, event):
            continue
        # The name is compared here and goes no further.
        name = event.data.get("TargetUserName", "").casefold()
        if event.event_id == FAILED:
            failed.add(name)
        elif event.event_id == SUCCEEDED:
            if name not in failed:
                continue
            failed.remove(name)
        yield _happening(channel, event, services.get(event.record_id))


def _is_meant(channel: str, event: Event) -> bool:
    if (channel, event.event_id) not in KINDS:
        return False
    if event.event_id in {4728, 4732}:
        return event.data.get("TargetSid") == ADMINISTRATORS
    if event.event_id == 6416:
        return any(USB_STORAGE in value.upper() for value in event.data.values())
    return True


USB_STORAGE = "USBSTOR"
"""The bus name of a stick or disk on USB, in the device's own id."""


def _happening(channel: str, event: Event, service: Service | None) -> Happening:
    kind, names = KINDS[channel, event.event_id]
    sid = event.data.get(names, "") if names else ""
    return Happening(
        event.at,
        kind,
        channel,
        event_id=event.event_id,
        record_id=event.record_id,
        account_sid=sid if SID.fullmatch(sid) and sid != NOBODY else None,
        origin=origin(event.data.get("IpAddress", "")) if event.event_id == FAILED else None,
        service=service,
    )
