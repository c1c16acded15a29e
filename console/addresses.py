"""Where the console listens, and under which names people and PCs reach it."""

from __future__ import annotations

import re
import socket
from contextlib import closing
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

ELSEWHERE = ("192.0.2.1", 9)
"""A documentation address (RFC 5737): choosing a route to it sends no packet."""


class AddressError(Exception):
    """Not an address to listen on, or one that can't be had."""


@dataclass(frozen=True)
class Listen:
    """One address and port. `0.0.0.0` and `::` stand for all of this machine's."""

    address: str
    port: int

    def __str__(self) -> str:
        return (
            f"[{self.address}]:{self.port}"
            if ":" in self.address
            else f"{self.address}:{self.port}"
        )

    @property
    def everywhere(self) -> bool:
        return ip_address(self.address).is_unspecified

    @property
    def loopback(self) -> bool:
        return ip_address(self.address).is_loopback


def parse(text: str) -> Listen:
    """`ADDRESS:PORT`, an IPv6 address in brackets."""
    found = re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):([0-9]{1,5})", text)
    wrong = AddressError(
        f"{text!r} is no address to listen on: write it as 192.168.10.5:8443 or 0.0.0.0:8443"
    )
    if not found or not 0 < int(found[2]) < 65536:
        raise wrong
    try:
        return Listen(str(ip_address(found[1].strip("[]"))), int(found[2]))
    except ValueError:
        raise wrong from None


def claim(listen: Listen) -> None:
    """Raises AddressError where the address can't be had; leaves it free again."""
    family = socket.AF_INET6 if ":" in listen.address else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((listen.address, listen.port))
        except OSError as error:
            raise AddressError(
                f"can't listen on {listen}: {(error.strerror or str(error)).lower()}"
            ) from error


def own_address() -> str:
    """The address that this machine would use on the network; loopback without one."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def reach(listen: Listen) -> Listen:
    """Where others find what listens there."""
    return Listen(own_address(), listen.port) if listen.everywhere else listen


def at_home(listen: Listen) -> Listen:
    """Where this machine itself finds it."""
    if listen.everywhere:
        return Listen("::1" if ":" in listen.address else "127.0.0.1", listen.port)
    return listen


def replica(folder: Path) -> str:
    """What tells this server from others on the same database: its machine and its folder."""
    return f"{socket.gethostname().lower()}:{folder.resolve()}"


def names(listen: Listen) -> tuple[str, ...]:
    """What the server's certificate must hold besides loopback."""
    return (reach(listen).address, socket.gethostname().lower())
