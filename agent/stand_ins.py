"""What stands in a masked recording for a secret: of the same form, and never to be turned back."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import random
import re
import string
from collections.abc import Iterable, Iterator

from agent.parse.placeholders import is_placeholder

HARDWARE = re.compile(r"[0-9A-Fa-f]{2}(?P<sign>[:-]?)(?:[0-9A-Fa-f]{2}(?P=sign)){4}[0-9A-Fa-f]{2}")
HEXADECIMAL = re.compile(r"(?=.*[a-f])[0-9a-f]{8,}")
BARE = re.compile(r"[\s:.\-]")
OWN_BITS = "2"
"""Second sign of a MAC that no maker gave: administered locally, of one card (IEEE 802)."""
KEPT = tuple(
    map(
        ipaddress.ip_network,
        ("0.0.0.0/32", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8"),
    )
)
"""Addresses that every machine has: any, its own, groups and broadcast."""
PRIVATE = {10: 1, 127: 4, 169: 2, 172: 2, 192: 2}
"""How many octets of an address of that kind say its kind alone: checks tell an office's own apart."""


class StandIns:
    """One recording's: the same secret always has the same one. The key is thrown away with it."""

    def __init__(self, key: bytes, secrets: Iterable[str] = ()) -> None:
        self._key = key
        self._given: dict[str, str] = {}
        # No stand-in may be another secret: it would be hidden again, and be another's.
        self._taken = {BARE.sub("", secret.casefold()) for secret in secrets}

    def of(self, secret: str) -> str:
        """Signs of the same kind and number: tables, offsets and patterns stay as they are."""
        bare = BARE.sub("", secret.casefold())
        if not bare or is_placeholder(secret):
            return secret
        if HARDWARE.fullmatch(secret):
            return _formed(secret, iter(self._unique(f"mac {bare}", bare)))
        return _formed(secret, iter(self._unique(bare, bare)))

    def address(self, text: str) -> str:
        """Of an IP address: neighbours in a network stay neighbours, private stays private."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return text
        if any(address in network for network in KEPT if network.version == address.version):
            return text
        if address.version == 6:
            packed = self._places(address.packed, 2)
        else:
            packed = self._places(address.packed, PRIVATE.get(address.packed[0], 0))
        told = str(ipaddress.ip_address(packed))
        return told.upper() if text != text.lower() else told

    def _places(self, packed: bytes, kept: int) -> bytes:
        """Each octet by an order that the octets before it choose: one to one, prefixes kept."""
        found = bytearray(packed)
        for place in range(kept, len(packed)):
            order = list(range(1, 255))
            seed = hmac.digest(self._key, b"octet" + packed[:place], "sha256")
            random.Random(seed).shuffle(order)  # noqa: S311 - the seed is what must not be known
            if packed[place] not in {0, 255}:
                found[place] = order[packed[place] - 1]
        return bytes(found)

    def _unique(self, name: str, bare: str) -> str:
        """The stand-in of the bare signs, in lower case."""
        turn = 0
        while name not in self._given:
            seed = f"{name} {turn}"
            made = self._made(seed, bare, hardware=name.startswith("mac "))
            # Of two signs there are few: two secrets must not become one.
            if (made != bare and made not in self._taken) or turn > 1000:
                self._given[name] = made
                self._taken.add(made)
            turn += 1
        return self._given[name]

    def _made(self, seed: str, bare: str, *, hardware: bool) -> str:
        stream = b""
        while len(stream) < len(bare):
            more = f"{seed} {len(stream)}".encode("utf-8", "surrogateescape")
            stream += hmac.digest(self._key, more, hashlib.sha256)
        signs = string.hexdigits[:16] if HEXADECIMAL.fullmatch(bare) else ""
        made = "".join(_sign(old, new, signs) for old, new in zip(bare, stream, strict=False))
        return made[0] + OWN_BITS + made[2:] if hardware else made


def _sign(old: str, new: int, signs: str) -> str:
    if signs:
        return signs[new % 16]
    if old.isdigit():
        return string.digits[new % 10]
    return string.ascii_lowercase[new % 26] if old.isalpha() else old


def _formed(secret: str, signs: Iterator[str]) -> str:
    """The stand-in's signs in the secret's own spelling: its separators, its capitals."""
    told = []
    for old in secret:
        if BARE.fullmatch(old):
            told.append(old)
            continue
        # A capital may fold into two signs (`ß`): one of them stands for it.
        new = next(signs, "x")
        told.append(new.upper() if old.isupper() else new)
    return "".join(told)
