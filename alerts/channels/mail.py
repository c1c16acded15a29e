"""Mail by the office's own server: protected, signed in, with a name that is the same each time."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

from alerts.outbox import ChannelError, RefusedError, Waiting
from collector.inventory.model import Mail

DEADLINE_SECONDS = 60.0
FOR_GOOD = range(550, 560)
"""Of the mailbox or of the message itself (RFC 5321 4.2.3); 530 to 539 are of the sign-in, which
the office can mend."""


def written(sender: str, recipients: Sequence[str], one: Waiting) -> EmailMessage:
    """The mail: the same message has the same Message-ID, however often it must be handed over."""
    told = EmailMessage()
    told["From"], told["To"] = sender, ", ".join(recipients)
    told["Subject"] = one.message.subject
    told["Date"] = format_datetime(one.made_at)
    name = hashlib.sha256(one.message.key.encode()).hexdigest()[:32]
    told["Message-ID"] = f"<{name}@{sender.rpartition('@')[2]}>"
    told["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer of an absent person comes back
    told.set_content(one.message.body)
    for file in one.message.files:
        main, _, kind = file.media_type.partition("/")
        told.add_attachment(file.content, maintype=main, subtype=kind, filename=file.name)
    return told


def send(
    mail: Mail, password: str | None, ca: Path | None, recipients: Sequence[str], one: Waiting
) -> str:
    """Hand it over; the receipt is the server's own words. Raises ChannelError, RefusedError."""
    if not recipients:
        raise ChannelError("nobody to write to: contacts.it_officer has no email")
    if mail.security == "none" and not _on_this_machine(mail.host):
        raise ChannelError(f"{mail.host} is another machine: write security: starttls, or tls")
    try:
        told = written(mail.sender, recipients, one)
        return asyncio.run(_handed_over(mail, password, _context(mail, ca), told))
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or error
        raise ChannelError(f"mail server {mail.host}: {why}") from error


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _context(mail: Mail, ca: Path | None) -> ssl.SSLContext | None:
    if mail.security == "none":
        return None
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _handed_over(
    mail: Mail, password: str | None, context: ssl.SSLContext | None, told: EmailMessage
) -> str:
    import aiosmtplib  # noqa: PLC0415 - only who sends mail needs it

    connection = socket.create_connection((mail.host, mail.door), DEADLINE_SECONDS)
    connection.setblocking(False)
    server = aiosmtplib.SMTP(
        hostname=mail.host,
        port=None,
        sock=connection,
        use_tls=mail.security == "tls",
        start_tls=mail.security == "starttls",
        tls_context=context,
        username=mail.user,
        password=password or None,
        timeout=DEADLINE_SECONDS,
    )
    try:
        async with server:
            refused, words = await server.send_message(told)
    except aiosmtplib.SMTPRecipientsRefused as error:
        every = error.recipients
        kind = RefusedError if all(one.code in FOR_GOOD for one in every) else ChannelError
        causes = "; ".join(f"{one.recipient}: {one.code} {one.message}" for one in every)
        raise kind(f"mail server {mail.host}: {causes}") from error
    except aiosmtplib.SMTPResponseException as error:
        kind = RefusedError if error.code in FOR_GOOD else ChannelError
        raise kind(f"mail server {mail.host}: {error.code} {error.message}") from error
    except aiosmtplib.SMTPException as error:
        raise ChannelError(f"mail server {mail.host}: {error}") from error
    finally:
        await _closed(connection)
    lacking = "".join(f"; {who}: {code} {why}" for who, (code, why) in refused.items())
    return f"{mail.host}: {words}{lacking}"


async def _closed(connection: socket.socket) -> None:
    """TLS would wait for the server's goodbye, and the loop ends here: hang up, and let it see so."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    for _ in range(100):  # turns of the loop; three are enough
        if connection.fileno() < 0:
            return
        await asyncio.sleep(0)
    connection.close()
