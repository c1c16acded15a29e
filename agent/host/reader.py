"""Reads through a host for a probe, and keeps what stood in the way as gaps."""

from __future__ import annotations

from collections.abc import Mapping

from agent.host import Host, Key, UnreadableError
from agent.report import Gap


class Reader:
    """A host together with the gaps met so far. What is absent is None or empty, without a gap."""

    # No dataclass: importing those costs a child more than reading its section does.
    __slots__ = ("gaps", "host")

    def __init__(self, host: Host) -> None:
        self.host = host
        self.gaps: list[Gap] = []

    def data(self, path: str, name: str) -> bytes | None:
        """The file's bytes, for the section's field `name`."""
        try:
            return self.host.read(path)
        except UnreadableError as problem:
            self.missed(name, problem)
            return None

    def text(self, path: str, name: str) -> str | None:
        """The file as text without its outer blanks; bytes that are not UTF-8 are replaced."""
        data = self.data(path, name)
        return None if data is None else data.decode("utf-8", "replace").strip(" \t\r\n\0")

    def number(self, path: str, name: str) -> int | None:
        """The file as one whole number."""
        text = self.text(path, name)
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            self.gap(name, f"not a number: {path}")
            return None

    def names(self, path: str, name: str) -> tuple[str, ...] | None:
        """The folder's names; None where there is no such folder."""
        try:
            return self.host.names(path)
        except UnreadableError as problem:
            self.missed(name, problem)
            return None

    def link(self, path: str, name: str) -> str | None:
        """Where the link ends."""
        try:
            return self.host.link(path)
        except UnreadableError as problem:
            self.missed(name, problem)
            return None

    def output(self, program: str, name: str, argument: str | None = None) -> str | None:
        """What the program printed; None where it is not installed."""
        try:
            return self.host.run(program, argument)
        except UnreadableError as problem:
            self.missed(name, problem)
            return None

    def instances(
        self, wmi_class: str, name: str, namespace: str = "root\\cimv2"
    ) -> tuple[Mapping[str, str], ...] | None:
        """All instances of a WMI class; None where there is no such class."""
        try:
            return self.host.wmi(wmi_class, namespace)
        except UnreadableError as problem:
            self.missed(name, problem)
            return None

    def key(self, path: str, name: str) -> Key | None:
        """The registry key; None where there is none."""
        try:
            return self.host.key(path)
        except UnreadableError as problem:
            self.missed(name, problem)
            return None

    def gap(self, name: str, cause: str) -> None:
        """Note one field that could not be read."""
        self.gaps.append(Gap(name, cause))

    def missed(self, name: str, problem: UnreadableError) -> None:
        """Note a failed reading, unless the thing does not exist here."""
        if not problem.absent:
            self.gap(name, problem.cause)
