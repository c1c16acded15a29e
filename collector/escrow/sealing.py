"""Seals a password for the database, and opens it again: AES-256-GCM under a key of the state folder."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from collector.files import make_private

KEY = "escrow.key"
"""In the state folder, readable by the collector alone: without it what is kept is noise."""
KEY_BYTES = 32
NONCE_BYTES = 12


class SealError(Exception):
    """What is kept cannot be opened, or the key is not fit to seal with."""


def sealed(text: str, folder: Path, agent: str, *, first: bool) -> bytes:
    """Enciphered, and bound to the agent that handed it in. Raises SealError, OSError.

    Only for the `first` of all a key is made: later a new one would hide that the old one is lost.
    """
    path, nonce = folder / KEY, os.urandom(NONCE_BYTES)
    if first and not path.exists():
        make_private(path, AESGCM.generate_key(KEY_BYTES * 8))
    try:
        key = _read(path)
    except FileNotFoundError as error:
        raise SealError(
            f"{path} is missing: put it back from the collector's own backup"
        ) from error
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), agent.encode())


def opened(raw: bytes, folder: Path, agent: str) -> str:
    """The text again. Raises SealError where the key is lost or another, or a byte was changed."""
    path = folder / KEY
    try:
        cipher = AESGCM(_read(path))
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], agent.encode()).decode()
    except OSError as error:
        raise SealError(f"{path} cannot be read: {error.strerror}") from error
    except InvalidTag as error:
        raise SealError(f"{path} is another key, or what it sealed was changed") from error


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SealError(f"{path} is damaged: put it back from the collector's own backup")
    return key
