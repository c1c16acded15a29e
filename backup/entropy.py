"""Whether the beginning of a file looks encrypted: as even as chance, and no known format's beginning."""

from __future__ import annotations

from collections import Counter
from math import log, log2

HEAD_BYTES = 4096
"""Enough to tell, and the part that ransomware in a hurry encrypts before any other."""
LEAST_BYTES = 512
"""Of fewer, even chance looks like a pattern."""
SLACK_BITS = 0.2
"""Below what chance itself reaches in so few bytes; packed text stays further below."""

PACKED: tuple[tuple[int, bytes], ...] = (
    *((0, head) for head in (b"PK", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"Rar!")),
    *((0, head) for head in (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"(\xb5/\xfd")),
    *((0, head) for head in (b"\xd0\xcf\x11\xe0", b"MSCF", b"ID3", b"OggS", b"fLaC", b"RIFF")),
    *((0, head) for head in (b"\x1a\x45\xdf\xa3", b"8BPS", b"II*\x00", b"MM\x00*", b"\xff\xfb")),
    *((0, head) for head in (b"\x7fELF", b"MZ", b"SQLite", b"wOFF", b"wOF2", b"\x04\x22M\x18")),
    (4, b"ftyp"),
)
"""(offset, bytes) by which formats begin that are as even as chance by themselves: photos, films,
archives, office documents. Encryption leaves no such beginning."""


def looks_encrypted(head: bytes) -> bool | None:
    """By the first HEAD_BYTES of a file; None where they are too few to tell."""
    if len(head) < LEAST_BYTES:
        return None
    if any(head.startswith(known, offset) for offset, known in PACKED):
        return False
    # What n random bytes have on average, of 8 bits (Miller's and Madow's correction).
    chance_bits = 8 - 255 / (2 * len(head) * log(2))
    return bits(head) > chance_bits - SLACK_BITS


def bits(content: bytes) -> float:
    """Shannon's entropy, in bits for each byte."""
    shares = (count / len(content) for count in Counter(content).values())
    return -sum(share * log2(share) for share in shares)
