"""The state folder: where it lies, and the settings file by which every command finds the rest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from collector.files import write_private

VERSION = 1
"""Of the state folder's layout; a folder of another version is never touched."""


class SettingsError(Exception):
    """The state folder can't be used as it is."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`settings.json`, as `wardwatch up` leaves it."""

    version: int
    inventory: str
    database: str
    listen: str
    site: str


def default_folder(environment: Mapping[str, str], *, root: bool) -> Path:
    """`$WARDWATCH_STATE`, else the system's place for root, else the user's own."""
    if named := environment.get("WARDWATCH_STATE"):
        return Path(named)
    if root:
        return Path("/var/lib/wardwatch")
    return Path.home() / ".local" / "state" / "wardwatch"


def load(folder: Path) -> Settings:
    """Raises SettingsError when nothing was ever started there, or by another version."""
    try:
        raw = (folder / "settings.json").read_bytes()
    except FileNotFoundError:
        raise SettingsError(f"{folder} is no state folder yet: run `wardwatch up` first") from None
    except OSError as error:
        raise SettingsError(f"{folder}/settings.json can't be read: {error.strerror}") from error
    return _parse(raw, folder)


def _parse(raw: bytes, folder: Path) -> Settings:
    try:
        version = msgspec.json.decode(raw).get("version")
        if version == VERSION:
            return msgspec.json.decode(raw, type=Settings)
    except (msgspec.MsgspecError, AttributeError) as error:
        raise SettingsError(f"{folder}/settings.json is damaged: {error}") from error
    raise SettingsError(
        f"{folder} was made by another version of wardwatch"
        f" (layout {version}, this one knows {VERSION}): nothing was changed in it"
    )


def save(folder: Path, settings: Settings) -> None:
    """Write whole or not at all: the name appears only over complete content."""
    raw = msgspec.json.format(msgspec.json.encode(settings)) + b"\n"
    write_private(folder / "settings.json", raw)
