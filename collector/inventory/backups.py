"""What is backed up, where to, how often, and how it is proved."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from collector.inventory.declared import Declared
from collector.inventory.kinds import Id, Schedule, StoredPath, Text


class Repository(Declared):
    """Where backups are kept. A relative path lies in the state folder."""

    id: Id
    """Id of the repository."""
    path: StoredPath
    """Folder of the repository."""
    password_file: StoredPath
    """File that holds its password; wardwatch makes it."""
    sweep_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Every stored byte is read again within so many days."""


class Keep(Declared):
    """How many snapshots retention leaves."""

    daily: Annotated[int, Field(ge=1, le=10_000)] = 14
    """Daily snapshots."""
    weekly: Annotated[int, Field(ge=0, le=10_000)] = 8
    """Weekly snapshots."""
    monthly: Annotated[int, Field(ge=0, le=10_000)] = 12
    """Monthly snapshots."""


class BackupSet(Declared):
    """What is backed up from one machine. A relative path lies in the state folder."""

    id: Id
    """Id of the set, the label `set` of its figures."""
    name: Text
    """What the office calls it."""
    machine: Id
    """The machine that holds the data."""
    repository: Id
    """The repository that receives it."""
    paths: Annotated[tuple[StoredPath, ...], Field(min_length=1)]
    """Folders to back up; a relative one is in the state folder, on the collector only."""
    excludes: tuple[Text, ...] = ()
    """Patterns of names to leave out."""
    schedule: Schedule
    """Five cron fields in the site's time zone: minute, hour, day, month, weekday."""
    keep: Keep = Keep()
    """How many snapshots are kept."""
    rpo_hours: Annotated[float, Field(gt=0, le=8784)] = 26
    """A backup older than this is late (recovery point objective)."""
    rto_hours: Annotated[float, Field(gt=0, le=8784)] = 8
    """The whole set is to be restored within so many hours (recovery time objective)."""
    drill_days: Annotated[int, Field(ge=1, le=366)] = 7
    """Restored and compared at least so often."""
