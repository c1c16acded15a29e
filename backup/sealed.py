"""Opens what restic has sealed, without restic: an object of this repository is told from junk.

The format is restic's design document ("Keys, Encryption and MAC"): a nonce of 16 bytes, AES-256 in
counter mode, and a Poly1305-AES code over the ciphertext; keys are derived by scrypt.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from cryptography.hazmat.primitives.poly1305 import Poly1305

NONCE_BYTES = 16
CODE_BYTES = 16
LEAST_BYTES = NONCE_BYTES + CODE_BYTES
"""Whatever is shorter was never sealed by anybody."""
LENGTH_BYTES = 4
"""A pack ends with the length of its header."""
SCRYPT_MEMORY_LIMIT_BYTES = 512 * 1024 * 1024


class SealError(Exception):
    """These bytes were not sealed with this key."""


@dataclass(frozen=True, repr=False)
class Key:
    """What restic calls a key: one for the text, two for its code."""

    encrypt: bytes
    mac_k: bytes
    mac_r: bytes


def master(keys_folder: Path, password: str) -> Key:
    """The repository's own key, by the first key file that the password opens. Raises SealError."""
    for path in sorted(keys_folder.iterdir()):
        try:
            told = json.loads(path.read_bytes())
            found = json.loads(opened(derived(told, password), base64.b64decode(told["data"])))
            return Key(*map(base64.b64decode, (found["encrypt"], *_mac(found))))
        except (OSError, ValueError, KeyError, TypeError, SealError):
            continue  # another's key, or no key at all: the next one may fit
    raise SealError(f"no key in {keys_folder} is opened by this password")


def opened(key: Key, content: bytes) -> bytes:
    """The text of one object. Raises SealError where the key did not seal it."""
    if len(content) < LEAST_BYTES:
        raise SealError("too short to be sealed")
    nonce, text, code = content[:16], content[16:-16], content[-16:]
    try:
        Poly1305.verify_tag(_one_time(key, nonce), text, code)
    except InvalidSignature as error:
        raise SealError("sealed with another key, or changed since") from error
    return Cipher(AES(key.encrypt), CTR(nonce)).decryptor().update(text)


def sealed(key: Key, text: bytes) -> bytes:
    """The text as restic seals it."""
    nonce = os.urandom(NONCE_BYTES)
    hidden = Cipher(AES(key.encrypt), CTR(nonce)).encryptor().update(text)
    return nonce + hidden + Poly1305.generate_tag(_one_time(key, nonce), hidden)


def is_pack(key: Key, path: Path) -> bool:
    """Whether a file ends as packs do, with a header that the key opens. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - LENGTH_BYTES))
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        if not LEAST_BYTES <= length <= size - LENGTH_BYTES:
            return False
        file.seek(size - LENGTH_BYTES - length)
        try:
            opened(key, file.read(length))
        except SealError:
            return False
    return True


def derived(told: dict[str, Any], password: str) -> Key:
    """The key that opens one key file's `data`. Raises SealError, KeyError, ValueError."""
    if told["kdf"] != "scrypt":
        raise SealError(f"keys by {told['kdf']} are not known")
    made = hashlib.scrypt(
        password.encode(),
        salt=base64.b64decode(told["salt"]),
        n=told["N"],
        r=told["r"],
        p=told["p"],
        maxmem=SCRYPT_MEMORY_LIMIT_BYTES,
        dklen=64,
    )
    return Key(made[:32], made[32:48], made[48:])


def _mac(found: dict[str, Any]) -> tuple[str, str]:
    return found["mac"]["k"], found["mac"]["r"]


def _one_time(key: Key, nonce: bytes) -> bytes:
    # ECB of one block is the plain block cipher, as Poly1305-AES is defined; nothing is hidden by it.
    encryptor = Cipher(AES(key.mac_k), ECB()).encryptor()  # noqa: S305
    return key.mac_r + encryptor.update(nonce)
