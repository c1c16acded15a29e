"""Finds the public key inside a certificate: a walk over DER, for the pin alone."""

from __future__ import annotations

import hashlib

SEQUENCE, VERSION = 0x30, 0xA0
BEFORE_KEY = 5
"""serialNumber, signature, issuer, validity, subject (RFC 5280, 4.1)."""


class DerError(ValueError):
    """These bytes are no certificate."""


def spki_sha256(certificate: bytes) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, DER as it stands, in lower-case hexadecimal."""
    outer, _, end = _element(certificate, 0, SEQUENCE)
    if end != len(certificate):
        raise DerError("more follows the certificate")
    place, _, _ = _element(certificate, outer, SEQUENCE)
    if certificate[place : place + 1] == bytes([VERSION]):
        place = _element(certificate, place)[2]
    for _ in range(BEFORE_KEY):
        place = _element(certificate, place)[2]
    _, start, end = _element(certificate, place, SEQUENCE)
    return hashlib.sha256(certificate[start:end]).hexdigest()


def _element(data: bytes, start: int, tag: int | None = None) -> tuple[int, int, int]:
    """Where the content begins, where the element begins, and where it ends."""
    if start + 2 > len(data):
        raise DerError("cut short")
    if tag is not None and data[start] != tag:
        raise DerError(f"tag {data[start]:#04x} where {tag:#04x} must be")
    length, content = data[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise DerError("a length that DER does not have")
        content += count
        length = int.from_bytes(data[start + 2 : content], "big")
    if content + length > len(data):
        raise DerError("cut short")
    return content, start, content + length
