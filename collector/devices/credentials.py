"""How a device is asked: SNMP's community, or user and keys, read from the files that hold them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import Struct

from collector.inventory.assets import Snmp

AuthProtocol = Literal["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
PrivacyProtocol = Literal["DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]
P = TypeVar("P", bound=str)

SHORTEST_KEY = 8
"""RFC 3414, 11.2: a shorter passphrase is refused by every agent."""
SECRET_LIMIT_BYTES = 4096
ALIASES: dict[str, frozenset[str]] = {
    # What people and other programs call them, in the file of `--v3-file`.
    "user": frozenset({"user", "username", "securityname", "name"}),
    "auth": frozenset({"auth", "authkey", "authpassword", "authpass", "authpassphrase"}),
    "auth_protocol": frozenset({"authprotocol", "authproto"}),
    "privacy": frozenset(
        f"{word}{end}"
        for word in ("privacy", "priv")
        for end in ("", "key", "password", "pass", "passphrase")
    ),
    "privacy_protocol": frozenset({"privacyprotocol", "privprotocol", "privproto"}),
    "context": frozenset({"context", "contextname"}),
}
_LINE = re.compile(r"^\s*[\"']?([A-Za-z_0-9-]+)[\"']?\s*[:=]\s*(.*?)\s*,?\s*$")


class CredentialError(Exception):
    """A file of secrets that can't be used: which, why, and what it must hold."""


class Credentials(Struct, frozen=True):
    """What a device is asked with. `repr` shows no secret."""

    community: str | None = None
    user: str | None = None
    auth: str | None = None
    auth_protocol: AuthProtocol = "SHA"
    privacy: str | None = None
    privacy_protocol: PrivacyProtocol = "AES-128"
    context: str = ""

    def __repr__(self) -> str:
        return f"Credentials(v3 of {self.user})" if self.user else "Credentials(v2c)"

    @property
    def digest(self) -> str:
        """The same for the same secrets, and tells none of them."""
        parts = (self.community, self.user, self.auth, self.auth_protocol)
        told = "\0".join(map(str, (*parts, self.privacy, self.privacy_protocol, self.context)))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def declared(snmp: Snmp, folder: Path) -> Credentials:
    """As the inventory declares them; a relative path starts at `folder`, the inventory's own."""
    if snmp.version == "2c":
        return Credentials(
            community=_secret(folder / (snmp.community_file or "")), context=snmp.context
        )
    found = Credentials(
        user=snmp.user,
        auth=_secret(folder / (snmp.auth_file or "")),
        auth_protocol=snmp.auth_protocol,
        privacy=_secret(folder / snmp.privacy_file) if snmp.privacy_file else None,
        privacy_protocol=snmp.privacy_protocol,
        context=snmp.context,
    )
    return _long_enough(found, snmp.auth_file or "")


def community(path: Path) -> Credentials:
    """Version 2c: the file's first line."""
    return Credentials(community=_secret(path))


def v3(path: Path) -> Credentials:
    """Version 3, from a file with a line for each of the keys of ALIASES.

    `user: …`, `auth: …`, `auth_protocol: SHA-256`, `privacy: …`, `privacy_protocol: AES-128`,
    `context: …`; `=` and a flat JSON object do as well.
    """
    told: dict[str, str] = {}
    for line in _text(path).splitlines():
        if line.strip() in {"", "{", "}"} or line.lstrip().startswith("#"):
            continue
        found = _LINE.match(line.strip().strip("{}"))
        if found is None:
            raise CredentialError(f"{path}: a line is not `key: value`; the keys: {_keys()}")
        told[_key(path, found[1])] = found[2].strip("\"'")
    if "user" not in told or "auth" not in told:
        raise CredentialError(f"{path}: version 3 needs the lines user and auth; keys: {_keys()}")
    credentials = Credentials(
        user=told["user"],
        auth=told["auth"],
        auth_protocol=_protocol(path, told.get("auth_protocol", "SHA"), _AUTH),
        privacy=told.get("privacy") or None,
        privacy_protocol=_protocol(path, told.get("privacy_protocol", "AES-128"), _PRIVACY),
        context=told.get("context", ""),
    )
    return _long_enough(credentials, str(path))


_AUTH: dict[str, AuthProtocol] = {
    "MD5": "MD5",
    "SHA": "SHA",
    "SHA1": "SHA",
    "SHA224": "SHA-224",
    "SHA256": "SHA-256",
    "SHA384": "SHA-384",
    "SHA512": "SHA-512",
}
_PRIVACY: dict[str, PrivacyProtocol] = {
    "DES": "DES",
    "AES": "AES-128",
    "AES128": "AES-128",
    "AES192": "AES-192",
    "AES256": "AES-256",
    "AES192C": "AES-192-C",
    "AES256C": "AES-256-C",
}


def _protocol(path: Path, told: str, known: Mapping[str, P]) -> P:
    found = known.get(re.sub(r"[-_ ]", "", told.upper()))
    if found is None:
        raise CredentialError(f"{path}: {told} is no protocol; known: {', '.join(known.values())}")
    return found


def _key(path: Path, told: str) -> str:
    folded = told.lower().replace("-", "").replace("_", "")
    for key, names in ALIASES.items():
        if folded in names:
            return key
    raise CredentialError(f"{path}: unknown key {told}; the keys: {_keys()}")


def _keys() -> str:
    return ", ".join(ALIASES)


def _long_enough(credentials: Credentials, place: str) -> Credentials:
    for name in ("auth", "privacy"):
        secret = getattr(credentials, name)
        if secret is not None and len(secret) < SHORTEST_KEY:
            raise CredentialError(f"{place}: the {name} key is shorter than {SHORTEST_KEY} letters")
    return credentials


def _secret(path: Path) -> str:
    first = _text(path).strip().splitlines()
    if not first or not first[0].strip():
        raise CredentialError(f"{path} is empty; it must hold the secret on its first line")
    return first[0].strip()


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(SECRET_LIMIT_BYTES)
    except UnicodeDecodeError as error:
        raise CredentialError(f"{path} is not text") from error
    except OSError as error:
        raise CredentialError(f"{path}: {error.strerror or error}") from error
