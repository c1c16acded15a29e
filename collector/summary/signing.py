"""The key pair of a site: it signs with the one, the city knows the other."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from collector.files import write_private

FILE = "site.key"
"""In `STATE/ca`, 32 bytes in hexadecimal: backed up with the authority, and copied with it to a
second server, so that a site signs with one key whichever server has the duties."""


class SiteKeyError(Exception):
    """The site's key cannot be used; worded for the operator."""


def new_key(folder: Path) -> Ed25519PrivateKey:
    """Read the site's key in `STATE/ca`, or make it. Raises SiteKeyError."""
    if not (folder / FILE).exists():
        made = Ed25519PrivateKey.generate()
        try:
            write_private(folder / FILE, made.private_bytes_raw().hex().encode() + b"\n")
        except OSError as error:
            raise SiteKeyError(f"cannot write {folder / FILE}: {error.strerror}") from error
    return key(folder)


def key(folder: Path) -> Ed25519PrivateKey:
    """Read the site's key. Raises SiteKeyError."""
    try:
        text = (folder / FILE).read_text("ascii").strip()
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    except (OSError, ValueError) as error:
        raise SiteKeyError(f"cannot use {folder / FILE}: {error}") from error


def fits(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    """Whether that key's holder signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
