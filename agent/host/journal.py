"""Event entries as a recording of ours keeps them: a JSON list or the `.evtx` of Windows itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.host import Entries, Event, UnreadableError
from agent.host.live import unreadable
from agent.parse import evtx

MOST = 10_000
"""As many as are handed over at once; the rest come with the next question."""


LOG_BYTES = 64 * 1024 * 1024
"""Windows keeps 20 MiB of a channel unless it was told otherwise."""


def file(channel: str) -> str:
    """A channel's file without its ending, as Windows itself names it."""
    return channel.replace("/", "%4").replace("\\", "%5")


def after(found: Entries, record_id: int) -> Entries:
    """Those with a greater number, oldest first."""
    newer = (event for event in found.events if event.record_id > record_id)
    chosen = tuple(sorted(newer, key=lambda event: event.record_id)[:MOST])
    return Entries(chosen, found.cause)


def original(path: Path, channel: str) -> Entries:
    """A log in Windows' own form; of a damaged one what can be read, and the damage as its cause."""
    try:
        if path.stat().st_size > LOG_BYTES:
            raise UnreadableError(f"larger than {LOG_BYTES} bytes: {channel}")
        log = evtx.log(path.read_bytes())
    except OSError as problem:
        raise unreadable(channel, problem) from problem
    return Entries(log.events, log.cause)


def written(found: Iterable[Event]) -> bytes:
    """The entries as `events` reads them."""
    rows = [
        {
            "record_id": event.record_id,
            "event_id": event.event_id,
            "provider": event.provider,
            "at": event.at.isoformat(),
            "data": dict(event.data),
        }
        for event in found
    ]
    return json.dumps(rows, indent=1).encode()


def events(data: bytes) -> tuple[Event, ...]:
    """The recorded entries; raises `UnreadableError` where they are damaged."""
    try:
        return tuple(_event(row) for row in json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise UnreadableError("badly recorded: events") from problem


def _event(row: dict[str, Any]) -> Event:
    at = datetime.fromisoformat(row["at"])
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    told = {str(name): str(value) for name, value in row["data"].items()}
    return Event(int(row["record_id"]), int(row["event_id"]), str(row["provider"]), at, told)
