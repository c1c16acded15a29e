"""The office's own certificate authority, and the server certificate that it signs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from collector.files import write_private

CA_DAYS = 20 * 365  # agents pin its key: it outlives the PCs
SERVER_DAYS = 397  # the longest that browsers accept
RENEW_BEFORE = timedelta(days=30)
BACKDATED = timedelta(days=2)  # a PC whose clock is a day late still joins
ALWAYS = ("localhost", "127.0.0.1", "::1")


class AuthorityError(Exception):
    """The authority's files cannot be used; worded for the operator."""


@dataclass(frozen=True)
class Authority:
    """The folder `STATE/ca` in order: a CA, and a server certificate for the names asked for."""

    ca_pem: bytes
    pin: str
    """Lower-case hex SHA-256 of the CA key's SubjectPublicKeyInfo: what a join string carries."""
    certificate: Path
    """The server's certificate, PEM."""
    key: Path
    """The server's key, PKCS#8 PEM."""

    @classmethod
    def open(cls, folder: Path, names: Iterable[str], now: datetime) -> Authority:
        """Read the authority or make it; renew the server certificate where it is due.

        `names` are host names and IP addresses under which PCs reach the collector; those of
        this machine itself are always added. Raises AuthorityError.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            if not (folder / "ca.pem").exists():
                _make_ca(folder, now)
            ca, ca_key = _pair(folder / "ca.pem", folder / "ca.key")
            wanted = {*ALWAYS, *names}
            if not _usable(folder, ca, wanted, now):
                _make_server(folder, ca, ca_key, wanted, now)
        except (OSError, ValueError, TypeError) as error:
            raise AuthorityError(
                f"cannot use the certificate authority in {folder}: {error}"
            ) from error
        return cls(
            ca_pem=ca.public_bytes(serialization.Encoding.PEM),
            pin=hashlib.sha256(_public(ca_key)).hexdigest(),
            certificate=folder / "server.pem",
            key=folder / "server.key",
        )


def due(folder: Path, names: Iterable[str], now: datetime) -> bool:
    """Whether `Authority.open` would make a new server certificate now. Raises AuthorityError."""
    try:
        ca, _ = _pair(folder / "ca.pem", folder / "ca.key")
        return not _usable(folder, ca, {*ALWAYS, *names}, now)
    except (OSError, ValueError, TypeError) as error:
        raise AuthorityError(
            f"cannot use the certificate authority in {folder}: {error}"
        ) from error


@dataclass(frozen=True)
class Life:
    """From when to when an authority's certificate is believed, and the pin of its key."""

    pin: str
    begins_at: datetime
    ends_at: datetime


def life(folder: Path) -> Life:
    """Of the authority that lies there. Raises AuthorityError."""
    try:
        ca, key = _pair(folder / "ca.pem", folder / "ca.key")
    except (OSError, ValueError, TypeError) as error:
        raise AuthorityError(
            f"cannot use the certificate authority in {folder}: {error}"
        ) from error
    pin = hashlib.sha256(_public(key)).hexdigest()
    return Life(pin, ca.not_valid_before_utc, ca.not_valid_after_utc)


def renew(folder: Path, now: datetime) -> Life:
    """Give the authority a new certificate for the same key and name. Raises AuthorityError.

    A chain is found by name and key (RFC 5280, 6.1): agents that hold the older certificate go on
    by it until its own end, and those that join by an older join string find the pin they expect.
    """
    try:
        ca, key = _pair(folder / "ca.pem", folder / "ca.key")
        made = _certificate(key, ca.subject, now)
        write_private(folder / "ca.pem", made.public_bytes(serialization.Encoding.PEM))
        # Without it a serving process finds itself due, and starts anew with both.
        (folder / "server.pem").unlink(missing_ok=True)
    except (OSError, ValueError, TypeError) as error:
        raise AuthorityError(
            f"cannot renew the certificate authority in {folder}: {error}"
        ) from error
    return life(folder)


def _make_ca(folder: Path, now: datetime) -> None:
    if (folder / "ca.key").exists():
        # Made, but the crash came before its certificate: no agent can have pinned it yet.
        (folder / "ca.key").unlink()
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"wardwatch CA {secrets.token_hex(4)}")
    certificate = _certificate(key, name, now)
    write_private(folder / "ca.key", _private(key))
    write_private(folder / "ca.pem", certificate.public_bytes(serialization.Encoding.PEM))


def _certificate(
    key: ec.EllipticCurvePrivateKey, name: x509.Name, now: datetime
) -> x509.Certificate:
    """An authority's own, signed by itself."""
    return (
        _builder(name, name, key, now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _make_server(
    folder: Path,
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    names: set[str],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name("wardwatch collector"), ca.subject, key, now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_san(n) for n in sorted(names)]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    # A crash between the two leaves a pair that does not match: seen and remade at the next start.
    write_private(folder / "server.key", _private(key))
    write_private(folder / "server.pem", certificate.public_bytes(serialization.Encoding.PEM))


def _usable(folder: Path, ca: x509.Certificate, names: set[str], now: datetime) -> bool:
    """Whether the server certificate fits its key and the CA, holds the names and lasts a while."""
    try:
        certificate, _ = _pair(folder / "server.pem", folder / "server.key")
        certificate.verify_directly_issued_by(ca)
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    lasts = (
        certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - RENEW_BEFORE
    )
    return lasts and {_san(name) for name in names} <= set(held)


def _pair(certificate: Path, key: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key} does not hold an elliptic-curve key")
    if loaded.public_key() != private.public_key():
        raise ValueError(f"{key} is not the key of {certificate}")
    return loaded, private


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=days) - BACKDATED)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _san(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode() if not name.isascii() else name)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,  # the only form that the HTTP server reads
        serialization.NoEncryption(),
    )


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
