"""The one door to the machine: what a probe may ask of it, and what it gets when that fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class UnreadableError(Exception):
    """The machine did not give what was asked; `cause` is worded for the operator."""

    def __init__(self, cause: str, *, absent: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.absent = absent
        """True where the thing does not exist here, which need not be a gap."""


@dataclass(frozen=True, slots=True)
class Space:
    """Size of a mounted filesystem, and what an ordinary account may still write."""

    total_bytes: int
    available_bytes: int


class Host(Protocol):
    """A machine, live or recorded. Every method raises `UnreadableError` and nothing else.

    Windows comes in by this same door: its WMI classes, registry keys and event channels are
    further methods, which a Linux host answers with `UnreadableError(..., absent=True)`.
    """

    @property
    def system(self) -> str:
        """`linux` or `windows`."""

    @property
    def at(self) -> datetime:
        """When the machine is (or was) read: ages are judged against this."""

    def read(self, path: str) -> bytes:
        """The whole file, at most `LIMIT_BYTES`."""

    def names(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""

    def link(self, path: str) -> str:
        """Where a symbolic link ends, as an absolute path."""

    def run(self, program: str, argument: str | None = None) -> str:
        """Output of a program of the closed list `agent.programs.PROGRAMS`."""

    def space(self, mount: str) -> Space:
        """What statvfs(3) says of the filesystem mounted there."""

    def addresses(self) -> dict[str, tuple[str, ...]]:
        """IP addresses by interface, `address/prefix`."""


LIMIT_BYTES = 4 * 1024 * 1024
"""No file that a probe reads comes near; a device or a log in its place must not fill memory."""
