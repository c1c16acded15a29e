"""The one door to the machine: what a probe may ask of it, and what it gets when that fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from agent.lean import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:  # of the probe `line` alone
    from agent.line.looking import Seen, Wanted


class UnreadableError(Exception):
    """The machine did not give what was asked; `cause` is worded for the operator."""

    def __init__(self, cause: str, *, absent: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.absent = absent
        """True where the thing does not exist here, which need not be a gap."""


class Space(NamedTuple):
    """Size of a mounted filesystem, and what an ordinary account may still write."""

    total_bytes: int
    available_bytes: int


Value = str | int | bytes | tuple[str, ...]
"""A registry value: REG_SZ and REG_EXPAND_SZ, REG_DWORD and REG_QWORD, REG_BINARY, REG_MULTI_SZ."""


class Key(NamedTuple):
    """One registry key. Names are as written there; the default value's name is empty."""

    values: Mapping[str, Value]
    subkeys: tuple[str, ...]


class Event(NamedTuple):
    """One entry of a Windows event channel."""

    record_id: int
    event_id: int
    provider: str
    at: datetime
    data: Mapping[str, str]
    """`EventData` by name; parts without a name are called by their place: `0`, `1`."""


class Entries(NamedTuple):
    """What could be read of an event channel, oldest first."""

    events: tuple[Event, ...] = ()
    cause: str | None = None
    """What stood in the way of others, in words for the operator; None: nothing did."""


class Piece(NamedTuple):
    """A part of a file that grows, and the number (st_ino) of the very file that it was read from."""

    inode: int
    data: bytes


class Neighbour(NamedTuple):
    """An entry of the table of neighbours (ARP, NDP) of a machine that was there."""

    mac: str
    """Lower case, with colons."""
    state: str
    """`reachable`, or `stale`: it was, and was not asked again since."""
    confirmed_seconds: float | None = None
    """Since it last answered, where the system tells."""


class Host(Protocol):
    """A machine, live or recorded. Every method raises `UnreadableError` and nothing else.

    What a system does not have (`/proc` on Windows, WMI on Linux) is `absent`.
    """

    @property
    def system(self) -> str:
        """`linux` or `windows`."""

    @property
    def at(self) -> datetime:
        """When the machine is (or was) read: ages are judged against this."""

    def read(self, path: str) -> bytes:
        """The whole file; one that is larger than `LIMIT_BYTES` is not readable, and never cut."""

    def piece(self, path: str, start: int) -> Piece:
        """The file's bytes from `start` on, at most `LIMIT_BYTES`; none where it is shorter."""

    def names(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""

    def link(self, path: str) -> str:
        """Where a symbolic link ends, as an absolute path."""

    def run(self, program: str, argument: str | None = None) -> str:
        """Output of a program of the closed list `agent.closed_list.PROGRAMS`."""

    def space(self, mount: str) -> Space:
        """What statvfs(3) says of the filesystem mounted there."""

    def addresses(self) -> dict[str, tuple[str, ...]]:
        """IP addresses by interface, `address/prefix`."""

    def neighbours(self) -> tuple[Neighbour, ...]:
        """All that the system knows; what is of them told leaves the PC by `agent.neighbours` alone."""

    def look(self, wanted: Wanted) -> Seen:
        """What is found of the Internet line, by asking over the network."""

    def processes(self) -> int:
        """How many processes run."""

    def counters(self) -> Mapping[str, Any]:
        """The section `load` of a system without /proc, as far as it is told."""

    def wmi(self, name: str, namespace: str = "root\\cimv2") -> tuple[Mapping[str, str], ...]:
        """All instances of a WMI class; values as text, as `wmic /format:list` writes them."""

    def key(self, path: str) -> Key:
        r"""A registry key by its path: `HKLM\SOFTWARE\Microsoft\...`, the 64-bit view."""

    def events(self, channel: str, after: int) -> Entries:
        """The entries of a channel with a greater record number, at most 10,000.

        A channel that is damaged in part gives the rest, and its cause.
        """


LIMIT_BYTES = 4 * 1024 * 1024
"""No file that a probe reads comes near; a device or a log in its place must not fill memory."""
