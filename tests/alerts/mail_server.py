"""A real SMTP server on the loopback: TLS by a certificate of our own authority, sign-in, faults."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from collector.authority import Authority
from collector.inventory.model import Mail

USER, PASSWORD = "wardwatch", "mật khẩu của máy chủ thư"


@dataclass
class Mailbox:
    """What the server took, and how it answers the next ones."""

    port: int = 0
    ca: Path = Path()
    taken: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Said instead of taking a message, one after another."""
    refused: dict[str, str] = field(default_factory=dict)
    """By recipient."""

    @property
    def subjects(self) -> list[str]:
        return [str(one["Subject"]) for one in self.taken]

    def emptied(self) -> Mailbox:
        """As it was at first: nothing is taken, and the next ones are."""
        self.taken.clear()
        self.answers.clear()
        self.refused.clear()
        return self

    def settings(self, folder: Path, password: str = PASSWORD) -> Mail:
        """What an inventory declares of it; the password is written into a file there."""
        (folder / "password").write_text(password + "\n", "utf-8")
        return Mail(
            host="127.0.0.1",
            port=self.port,
            sender="wardwatch@hoamai.example",
            user=USER,
            password_file="password",
            ca_file=str(self.ca),
        )

    def declared(self, folder: Path) -> str:
        """The same as lines of an inventory's file, the password beside it."""
        (folder / "mat-khau").write_text(PASSWORD, "utf-8")
        return (
            f"mail:\n  host: 127.0.0.1\n  port: {self.port}\n  security: starttls\n"
            f"  sender: canh-bao@phuonghoamai.example\n  user: {USER}\n"
            f"  password_file: {folder / 'mat-khau'}\n  ca_file: {self.ca}\n"
        )

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = envelope.original_content or b""
        told = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(told, EmailMessage)
        self.taken.append(told)
        return f"250 taken as {len(self.taken)}"


class Doors(Controller):
    """A server that ends what is still connected: its loop would be closed under it."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.sessions: list[SMTP] = []

    def factory(self) -> SMTP:
        made: SMTP = super().factory()  # type: ignore[no-untyped-call] # aiosmtpd's
        self.sessions.append(made)
        return made

    def hang_up(self) -> None:
        """Take nobody in any more, and let go of who is there."""
        asyncio.run_coroutine_threadsafe(self._let_go(), self.loop).result(30)

    async def _let_go(self) -> None:
        if self.server is not None:
            self.server.close()
        for session in self.sessions:
            for transport in (session.transport, session._original_transport):
                if isinstance(transport, asyncio.WriteTransport):
                    transport.abort()
        for _ in range(4):  # turns of the loop: the TLS line is lost, then the plain one under it
            await asyncio.sleep(0)


@contextmanager
def serving(folder: Path, now: datetime, port: int = 0) -> Iterator[Mailbox]:
    """With STARTTLS and a sign-in that it demands."""
    authority = Authority.open(folder / "mail-ca", ["127.0.0.1", "localhost"], now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    box = Mailbox(ca=folder / "mail-ca" / "ca.pem")

    def known(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        right = (
            isinstance(given, LoginPassword)
            and given.login == USER.encode()
            and given.password == PASSWORD.encode()
        )
        return AuthResult(success=right, handled=right)

    server = Doors(
        box,
        hostname="127.0.0.1",
        port=port or _free(),
        tls_context=context,
        require_starttls=True,
        authenticator=known,
        auth_required=True,
        enable_SMTPUTF8=True,
    )
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.hang_up()
        server.stop()


def _free() -> int:
    from tests.console.office import free_port  # noqa: PLC0415 - the office is not needed to read us

    return free_port()
