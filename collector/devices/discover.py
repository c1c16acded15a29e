"""Searches a declared network: which addresses answer SNMP, and what they are."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable, Sequence

from msgspec import Struct

from collector.devices import asking, identity, snmp
from collector.devices.asking import Limits
from collector.devices.credentials import Credentials
from collector.devices.reading import Identity
from collector.devices.snmp import AskError, Engines, Target
from collector.devices.understand import recognised
from collector.devices.walk import text
from collector.inventory.model import Inventory

AT_ONCE = 64
"""A /24 in about ten seconds, and never more packets a second than one print job makes."""
SILENCE_SECONDS = 1.0
QUICK = Limits(seconds=15.0)


class NotDeclaredError(Exception):
    """The network is none of the office's own, by its inventory."""


class Found(Struct, frozen=True):
    """One address that answered."""

    address: str
    kind: str | None
    maker: str | None
    model: str | None
    serial: str | None
    name: str | None
    declared: str | None = None
    """Id of the declared device at that address."""


def consented(inventory: Inventory, network: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network, where it lies within one that the office declared. Raises NotDeclaredError.

    Searching somebody else's network would be an attack; searching one's own needs the office's yes.
    """
    try:
        wanted = ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise NotDeclaredError(
            f"{network} is not a network: write it as 192.168.10.0/24"
        ) from error
    own = [ipaddress.ip_network(one) for line in inventory.lines for one in line.networks]
    if any(_within(wanted, one) for one in own):
        return wanted
    told = ", ".join(map(str, own)) or "none"
    raise NotDeclaredError(
        f"{wanted} is not declared; declared under lines.networks: {told}. "
        "Add it there if it is the office's own"
    )


def _within(inner: object, outer: object) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


async def search(
    addresses: Iterable[str],
    ways: Sequence[Credentials],
    port: int,
    declared: dict[str, str],
) -> tuple[Found, ...]:
    """Every address that answers to one of the ways, in the order given."""
    engines, turns = Engines(SILENCE_SECONDS, 0), asyncio.Semaphore(AT_ONCE)

    async def one(address: str) -> Found | None:
        async with turns:
            for way in ways:
                found = await _look(engines, Target(address, way, port), declared)
                if found is not None:
                    return found
        return None

    try:
        found = await asyncio.gather(*(one(address) for address in addresses))
    finally:
        engines.close()
    return tuple(one for one in found if one is not None)


async def _look(engines: Engines, target: Target, declared: dict[str, str]) -> Found | None:
    try:
        async with asyncio.timeout(QUICK.seconds):
            await snmp.get(await engines.line(target), [identity.OBJECT_ID])
    except (AskError, TimeoutError):
        return None
    answer = await asking.read(engines, target, None, QUICK)
    who: Identity = identity.identity(answer.walk)
    return Found(
        address=target.host,
        kind=recognised(answer.walk),
        maker=who.maker,
        model=who.model,
        serial=who.serial,
        name=text(answer.walk.get(identity.NAME)),
        declared=declared.get(target.host),
    )
