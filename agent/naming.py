"""The collector's address by its name, without ever waiting for a name server in the resident."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Generator

from agent.exchange import READ, Address
from agent.lean import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeGuard

    from agent.forked import Forked, Say

DEADLINE_SECONDS = 15
"""resolv.conf(5): two tries of five seconds with each name server."""


class NamingError(Exception):
    """The name has no address now; says why."""


class Names:
    """Where one host is. Asked in a child: getaddrinfo(3) may take half a minute to give up."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._known: tuple[Address, ...] = _literal(host, port)
        self._is_literal = bool(self._known)
        self._child: Forked | None = None

    @property
    def is_asking(self) -> bool:
        return self._child is not None

    def fileno(self) -> int:
        """Readable when the answer is there; -1 while nothing is asked."""
        return self._child.fileno() if self._child else -1

    def forget(self) -> None:
        """Ask again the next time: the collector may have moved."""
        if not self._is_literal:
            self._known = ()

    def close(self) -> None:
        """Ask no longer."""
        if self._child:
            self._child.stop()
        self._child = None

    def addresses(self) -> Generator[bool, None, tuple[Address, ...]]:
        """All of them, in the system's order; raises `NamingError`."""
        if not self._known:
            self._known = yield from self._asked()
        return self._known

    def _asked(self) -> Generator[bool, None, tuple[Address, ...]]:
        host, port = self._host, self._port
        if sys.platform == "win32":
            # No fork there; its resolver has a service of its own, which remembers failures.
            yield from ()
            return _resolved(host, port)
        from agent.forked import Forked  # noqa: PLC0415 - not on Windows

        child = self._child = Forked(lambda say: _tell(host, port, say), DEADLINE_SECONDS)
        while not child.ended():
            yield READ
        self._child = None
        told = child.lines()
        if not told:
            raise NamingError(f"the name {host} was not resolved: {child.cause}")
        return _understood(told[0])


def _tell(host: str, port: int, say: Say) -> None:
    try:
        say(json.dumps(_resolved(host, port)).encode())
    except NamingError as problem:
        say(json.dumps(str(problem)).encode())


def _understood(line: bytes) -> tuple[Address, ...]:
    found = json.loads(line)
    if isinstance(found, str):
        raise NamingError(found)
    return tuple((family, tuple(place)) for family, place in found)


def _literal(host: str, port: int) -> tuple[Address, ...]:
    for family, place in (
        (socket.AF_INET, (host, port)),
        (socket.AF_INET6, (host, port, 0, 0)),
    ):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return ((int(family), place),)
    return ()


def _resolved(host: str, port: int) -> tuple[Address, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise NamingError(f"the name {host} was not resolved: {problem.strerror}") from problem
    # A place is bytes for families that no name leads to.
    return tuple((int(family), place) for family, _, _, _, place in found if _is_place(place))


def _is_place(place: tuple[Any, ...]) -> TypeGuard[tuple[str, int] | tuple[str, int, int, int]]:
    return isinstance(place[0], str)
