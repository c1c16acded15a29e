"""Joins a PC that has no network: an invitation comes on a stick, a request goes back with the reports.

The invitation is the join string and the authority in one file. The request never shows the
agent's key: the key's SHA-256, by which files are sealed from then on, is hidden under the token,
which the stick no longer holds when the request lies on it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import ssl
from pathlib import Path
from typing import Any, NamedTuple

from agent.carrying import Wish
from agent.der import DerError, spki_sha256
from agent.joining import KEY_BYTES, JoiningError, held, invitation
from agent.settings import Settings

VERSION = 1
PATTERN = "wardwatch-join-*.json"
FILE_BYTES = 64 * 1024
NONCE_BYTES = 16


class Invited(NamedTuple):
    """What an invitation says: for which machine, by which join string, under which authority."""

    asset: str
    text: str
    pem: str
    lines: str | None = None
    """What is to be pinned of the office's lines, as joining over the network pins it."""


class Joined(NamedTuple):
    """Who this PC is from now on, and what asks the collector to let it in."""

    settings: Settings
    wish: Wish


def found(place: Path) -> Path:
    """The invitation itself, or the only one in a folder. Raises `JoiningError`."""
    if not place.is_dir():
        return place
    there = sorted(place.glob(PATTERN))
    if len(there) == 1:
        return there[0]
    if there:
        names = ", ".join(path.name for path in there)
        raise JoiningError(f"several invitations: name the one of this PC: {names}")
    raise JoiningError(f"no invitation in the folder: {place}")


def read(path: Path) -> Invited:
    """Read an invitation and hold its authority to the pin. Raises `JoiningError`."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(FILE_BYTES))
        known = told["wardwatch"] == "invitation"
        asset, text, pem = (str(told[name]) for name in ("asset", "join", "ca"))
        version, invited = told["version"], Invited(asset, text, pem, held(told.get("lines")))
    except OSError as problem:
        raise JoiningError(f"cannot read {path}: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise JoiningError(f"not an invitation, or a damaged one: {path}") from problem
    if not known:
        raise JoiningError(f"not an invitation, or a damaged one: {path}")
    if version != VERSION:
        raise JoiningError(f"an invitation of another version of wardwatch: {path}")
    _hold(invited, path)
    return invited


def _hold(invited: Invited, path: Path) -> None:
    try:
        pin = spki_sha256(ssl.PEM_cert_to_DER_cert(invited.pem))
    except (ValueError, DerError) as problem:
        raise JoiningError(f"not an invitation, or a damaged one: {path}") from problem
    # One certificate and nothing else: a second one would be trusted unseen.
    if pin != invitation(invited.text).pin or invited.pem.count("-----BEGIN ") != 1:
        raise JoiningError(f"not an invitation, or a damaged one: {path}")


def accepted(invited: Invited, hostname: str, system: str) -> Joined:
    """Make this PC's key, and the request that goes with its first reports."""
    string, key = invitation(invited.text), secrets.token_bytes(KEY_BYTES)
    digest = hashlib.sha256(string.token.encode()).digest()
    named = Settings(string.collector, agent_id(digest), key.hex(), string.pin)
    return Joined(named, _wish(digest, key, hostname, system))


def _wish(digest: bytes, key: bytes, hostname: str, system: str) -> dict[str, Any]:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return {
        "token": hashlib.sha256(digest).hexdigest(),
        "nonce": nonce.hex(),
        "key": hidden(digest, nonce, hashlib.sha256(key).digest()).hex(),
        "hostname": hostname,
        "system": system,
    }


def agent_id(digest: bytes) -> str:
    """The agent's name, which both sides find by themselves. `digest` is the token's SHA-256."""
    return "a" + hmac.digest(digest, b"wardwatch agent", hashlib.sha256)[:8].hex()


def hidden(digest: bytes, nonce: bytes, key_hash: bytes) -> bytes:
    """The key's SHA-256 under the token, and the same again gives it back."""
    mask = hmac.digest(digest, b"wardwatch key" + nonce, hashlib.sha256)
    return bytes(one ^ other for one, other in zip(mask, key_hash, strict=True))
