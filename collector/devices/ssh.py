"""SSH's edge: one signed-in session by paramiko, its host key pinned, every step with a deadline."""

from __future__ import annotations

import base64
import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko

CONNECT_SECONDS = 10.0
BANNER_SECONDS = 10.0
AUTH_SECONDS = 15.0
COMMAND_SECONDS = 30
OUTPUT_BYTES = 4 * 1024 * 1024
"""A configuration of an office's device is a few hundred kilobytes at most."""
LINGER_SECONDS = 5.0
"""What `timeout` on the other side needs to end a command, and the network to say so."""


class SshError(Exception):
    """No configuration: a sentence for the operator."""


class KeyChangedError(SshError):
    """The host shows another key than the one that is pinned; nothing was sent to it."""

    def __init__(self, seen: str) -> None:
        super().__init__("the host key has changed")
        self.seen = seen


@dataclass(frozen=True)
class Place:
    """Where to sign in, and as whom. Key and password are read from their files at once."""

    host: str
    port: int
    user: str
    key_file: Path | None = None
    password_file: Path | None = None


@dataclass(frozen=True)
class Deadlines:
    """Seconds for each step."""

    connect: float = CONNECT_SECONDS
    banner: float = BANNER_SECONDS
    auth: float = AUTH_SECONDS
    command: int = COMMAND_SECONDS


DEADLINES = Deadlines()


def fingerprint(key: paramiko.PKey) -> str:
    """As OpenSSH writes it: `ssh-ed25519 SHA256:…`."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    return f"{key.get_name()} SHA256:{digest}"


Trusted = Callable[[str], bool]
"""Is told the host's key, before anything secret is sent."""


@contextmanager
def session(place: Place, trusted: Trusted, deadlines: Deadlines = DEADLINES) -> Iterator[Session]:
    """A session that has signed in. `trusted` is told the host's key before a secret is sent.

    Raises SshError; KeyChangedError where `trusted` says no.
    """
    transport = _transport(place, deadlines)
    try:
        seen = fingerprint(transport.get_remote_server_key())
        if not trusted(seen):
            raise KeyChangedError(seen)
        _sign_in(transport, place)
        yield Session(transport, deadlines)
    finally:
        transport.close()


def _transport(place: Place, deadlines: Deadlines) -> paramiko.Transport:
    try:
        line = socket.create_connection((place.host, place.port), deadlines.connect)
    except ConnectionRefusedError as error:
        raise SshError("connection refused") from error
    except OSError as error:
        raise SshError("no answer") from error
    transport = paramiko.Transport(line)
    transport.banner_timeout = deadlines.banner
    transport.handshake_timeout = deadlines.banner
    transport.auth_timeout = deadlines.auth
    try:
        transport.start_client(timeout=deadlines.banner + deadlines.connect)
    except (paramiko.SSHException, OSError, EOFError) as error:
        transport.close()
        if "banner" in str(error).casefold() or "timeout" in str(error).casefold():
            raise SshError("no SSH banner in time") from error
        raise SshError(f"SSH could not begin: {_short(error)}") from error
    return transport


def _sign_in(transport: paramiko.Transport, place: Place) -> None:
    try:
        if place.key_file is not None:
            key = paramiko.PKey.from_path(place.key_file)
            transport.auth_publickey(place.user, key)
        elif place.password_file is not None:
            secret = place.password_file.read_text("utf-8").splitlines()[0].strip()
            transport.auth_password(place.user, secret)
    except paramiko.AuthenticationException as error:
        raise SshError("the user or the key is refused") from error
    except (OSError, IndexError) as error:
        raise SshError(f"the key or password can't be read: {_short(error)}") from error
    except (paramiko.SSHException, ValueError) as error:
        raise SshError(f"signing in failed: {_short(error)}") from error


class Session:
    """Runs commands on the other side, each with a deadline that ends it there too."""

    def __init__(self, transport: paramiko.Transport, deadlines: Deadlines) -> None:
        self._transport, self._deadlines = transport, deadlines

    def run(self, command: str, *, unix: bool) -> str:
        """What the command printed. `unix`: a Unix shell, whose `timeout` ends the command there.

        Raises SshError.
        """
        seconds = self._deadlines.command
        asked = f"timeout {seconds} {command}" if unix else command
        try:
            channel = self._transport.open_session(timeout=self._deadlines.auth)
            channel.settimeout(1.0)
            channel.exec_command(asked)
            return _read(channel, time.monotonic() + seconds + LINGER_SECONDS, unix=unix)
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise SshError(f"the command failed: {_short(error)}") from error


def _read(channel: paramiko.Channel, until: float, *, unix: bool) -> str:
    found = bytearray()
    while True:
        if time.monotonic() > until:
            channel.close()
            raise SshError("the command did not end in time")
        try:
            more = channel.recv(65536)
        except TimeoutError:
            continue
        if not more:
            break
        found += more
        if len(found) > OUTPUT_BYTES:
            channel.close()
            raise SshError(f"more than {OUTPUT_BYTES} bytes: cut off")
    if unix and channel.recv_exit_status() == 124:  # what timeout(1) says when it had to end it
        raise SshError("the command did not end in time")
    return found.decode(errors="replace")


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
