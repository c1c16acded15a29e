"""What is backed up, where to, how often, and how it is proved."""

from __future__ import annotations

from typing import Annotated, Literal

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
    """File that holds its password; wardwatch makes it, but for a `writer` that made one itself."""
    sweep_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Every stored byte is read again within so many days."""
    login_file: StoredPath | None = None
    """File with `user:password` for `rest:`, mode 0600."""
    environment_file: StoredPath | None = None
    """File with the access keys for `s3:`, as `NAME=value` lines, mode 0600."""
    ca_file: StoredPath | None = None
    """Certificate of the authority that signed the server's own, where it is not a public one."""
    key_file: StoredPath | None = None
    """SSH key for `sftp:`."""
    known_hosts_file: StoredPath | None = None
    """The SSH server's own key, as a line of known_hosts."""
    copy_of: Id | None = None
    """This repository is a second copy of another one."""
    exact: bool = False
    """The second copy is the same byte for byte, so that it can heal the first; both are folders."""
    medium: Literal["disk", "usb", "nas", "remote", "cloud"] = "disk"
    """What it is stored on; two copies on one medium count as one medium."""
    offsite: bool = False
    """It lies outside of the office's building."""
    writer: Id | None = None
    """The one PC that writes here, through the append-only backup server; `path` ends in `writer/id`."""
    quota_gib: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """What the backup server lets this repository take."""


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
    canary: bool = True
    """The PC plants a file in each folder that nobody has to touch: its loss is an alarm."""
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
    whole_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Restored in full, and timed, at least so often."""
