"""A repository's address as declared or pinned, and what restic is given to reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class StoreError(Exception):
    """A repository cannot be reached as it is declared, in words for the operator."""


@dataclass(frozen=True)
class Address:
    """Values and names of files; no secret stands in it, so it may lie in the inventory."""

    path: str
    """An absolute folder, or `rest:https://…`, `sftp:user@host:/…`, `s3:https://…`."""
    login_file: Path | None = None
    """One line `user:password`, for `rest:`."""
    environment_file: Path | None = None
    """Lines `NAME=value`, for `s3:`."""
    ca_file: Path | None = None
    """The authority that signed the server's certificate, where it is not a public one."""
    key_file: Path | None = None
    """The SSH key that opens `sftp:` without a question."""
    known_hosts_file: Path | None = None
    """The SSH server's own key: another one is refused."""


@dataclass(frozen=True)
class Access:
    """What restic is given. The location may hold a login: it goes by the environment alone."""

    location: str = field(repr=False)
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def secret(path: Path) -> str:
    """The text of a file that only its owner may read. Raises StoreError."""
    try:
        if path.stat().st_mode & 0o077:
            raise StoreError(f"{path} can be read by others: chmod 600 {path}")
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
