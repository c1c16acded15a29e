"""What lies beyond the lab's line: servers of our own, with the faults that a test asks for.

`python -m tests.lines_beyond FOLDER` serves until it is killed.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.lines_lab import NAME_SERVER, SERVICE, TARGETS, WEB, Lab, network, poll


class Beyond:
    """Name server and web services; `faults` is a file that says what goes wrong now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = folder / "faults"
        self.faults.write_text("")

    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "tests.lines_beyond", str(self.folder))

    def fail(self, *faults: str) -> None:
        fresh = self.folder / "faults.new"
        fresh.write_text(" ".join(faults))
        fresh.replace(self.faults)


def serve(folder: Path) -> None:
    """Until killed: the targets, a name server, and a web service."""
    faults = folder / "faults"

    def has(fault: str) -> bool:
        return fault in faults.read_text().split()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "web.pem")
    for target in TARGETS:
        host, _, port = target.partition(":")
        threading.Thread(target=_targets, args=(host, int(port)), daemon=True).start()
    threading.Thread(target=_web, args=(context, has), daemon=True).start()
    (folder / "ready").touch()
    _names(has)


def _targets(host: str, port: int) -> None:
    with socket.create_server((host, port), backlog=64) as server:
        while True:
            server.accept()[0].close()


def _names(has: Callable[[str], bool]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((NAME_SERVER, 53))
        while True:
            data, sender = server.recvfrom(512)
            if has("dns-silent"):
                continue
            code = 2 if has("dns-servfail") else 0
            head = data[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 0 if code else 1, 0, 0)
            answer = b"" if code else b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4)
            address = b"" if code else socket.inet_aton(WEB)
            server.sendto(head + data[12:] + answer + address, sender)


def _web(context: ssl.SSLContext, has: Callable[[str], bool]) -> None:
    with socket.create_server((WEB, 443), backlog=64) as server:
        while True:
            bare, _ = server.accept()
            threading.Thread(target=_page, args=(bare, context, has), daemon=True).start()


def _page(bare: socket.socket, context: ssl.SSLContext, has: Callable[[str], bool]) -> None:
    try:
        if has("web-silent"):
            # Takes the connection and never says a word.
            select.select([bare], [], [], 0.2)
            bare.recv(4096)
            select.select([bare], [], [], 10)
            bare.close()
            return
        if has("web-resets"):
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            bare.close()
            return
        with context.wrap_socket(bare, server_side=True) as there:
            there.recv(4096)
            status = b"503 Service Unavailable" if has("web-503") else b"200 OK"
            there.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
    except OSError:
        return


def certificate(folder: Path) -> None:
    """A web server's certificate for the service's name, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SERVICE)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SERVICE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "web.pem").write_bytes(private + pem)
    (folder / "authority.pem").write_bytes(pem)


@contextmanager
def office() -> Iterator[tuple[Lab, Beyond]]:
    """The whole network with its servers answering."""
    with tempfile.TemporaryDirectory(prefix="lines-") as name, network() as lab:
        folder = Path(name)
        certificate(folder)
        beyond = Beyond(folder)
        lab.start("beyond", *beyond.command())
        poll((folder / "ready").exists)
        yield lab, beyond


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
