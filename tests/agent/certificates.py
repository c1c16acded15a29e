"""Authorities and certificates for tests, made as a collector makes its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

BORN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """A certificate with its key; `pin` is what a join string carries."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def pin(self) -> str:
        public = self.key.public_key()
        info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(info).hexdigest()


def authority(name: str = "test authority") -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(_signed(name, key, name, key, ca=True), key)


def served(folder: Path, by: Authority, address: str = "127.0.0.1") -> Path:
    """A server's certificate and key for that address, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = by.certificate.subject.rfc4514_string().removeprefix("CN=")
    certificate = _signed("server", key, issuer, by.key, ca=False, address=address)
    return _kept(folder / "server.pem", certificate, key)


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _signed("server", key, "server", key, ca=False, address="127.0.0.1")
    return _kept(folder / "self.pem", certificate, key)


def _kept(path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Path:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return path


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
    address: str | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BORN)
        .not_valid_after(BORN + timedelta(days=7300))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(by, hashes.SHA256())
