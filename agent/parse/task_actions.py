"""What a scheduled task of Windows starts: its value `Actions` in the registry's cache of tasks."""

from __future__ import annotations

import struct

from agent.lean import NamedTuple

MAGIC_PROGRAM, MAGIC_HANDLER = 0x6666, 0x7777
SPEAKING = {0x8888, 0x9999}
"""Sends a mail, shows a text: nothing starts, and Windows 8 and newer do neither."""
VERSIONS = {1, 2, 3}
"""1 begins with its actions; 2 (Windows 8) and 3 (Windows 10) with whom they run as."""
GUID_BYTES = 16
MOST = 32
"""The Task Scheduler takes no more actions in one task."""


class Actions(NamedTuple):
    """Programs with their arguments, and whether the task also calls a COM object by its number."""

    programs: tuple[tuple[str, str], ...]
    handler: bool


def actions(data: bytes) -> Actions | None:
    """None where the value is damaged, or of a form that is not known."""
    try:
        return _actions(data)
    except (struct.error, UnicodeDecodeError):
        return None


def _actions(data: bytes) -> Actions | None:
    (version,) = struct.unpack_from("<H", data, 0)
    if version not in VERSIONS:
        return None
    at = 2 if version == 1 else _text(data, 2)[1]
    programs: list[tuple[str, str]] = []
    handler = False
    while at < len(data) and len(programs) < MOST:
        (magic,) = struct.unpack_from("<H", data, at)
        at = _text(data, at + 2)[1]  # what the action is called
        if magic == MAGIC_PROGRAM:
            command, at = _text(data, at)
            arguments, at = _text(data, at)
            at = _text(data, at)[1] + (2 if version == 3 else 0)  # its folder; flags
            programs.append((command, arguments))
        elif magic == MAGIC_HANDLER:
            at = _text(data, at + GUID_BYTES)[1]
            handler = True
        elif magic in SPEAKING:
            break
        else:
            return None
    return Actions(tuple(programs), handler)


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text of UTF-16 behind its length in bytes, and where it ends."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + length
    if end > len(data) or length % 2:
        raise struct.error
    return data[at + 4 : end].decode("utf-16-le"), end
