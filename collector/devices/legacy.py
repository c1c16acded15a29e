"""Old devices that prove themselves by SHA-1 `ssh-rsa` alone: by asyncssh, where the office opted in.

paramiko has dropped SHA-1; weakening it for every device would be a downgrade for all of them.
"""

from __future__ import annotations

import asyncio

import asyncssh

from collector.devices.ssh import Deadlines, KeyChangedError, Place, SshError, Trusted

ALGORITHMS = ["ssh-rsa"]
EXCHANGES = [
    *("curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256"),
    *("diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"),
]


def run_all(
    place: Place, trusted: Trusted, commands: tuple[str, ...], deadlines: Deadlines
) -> tuple[str, ...]:
    """What each command printed. Raises SshError, as `ssh.session` does."""
    try:
        return asyncio.run(_run_all(place, trusted, commands, deadlines))
    except TimeoutError as error:
        raise SshError("the command did not end in time") from error
    except asyncssh.PermissionDenied as error:
        raise SshError("the user or the key is refused") from error
    except (asyncssh.Error, OSError, ValueError) as error:
        raise SshError(f"SSH could not begin: {' '.join(str(error).split())[:120]}") from error


async def _run_all(
    place: Place, trusted: Trusted, commands: tuple[str, ...], deadlines: Deadlines
) -> tuple[str, ...]:
    seen: list[str] = []

    class Client(asyncssh.SSHClient):
        def validate_host_public_key(
            self, host: str, addr: str, port: int, key: asyncssh.SSHKey
        ) -> bool:
            seen.append(f"ssh-rsa {key.get_fingerprint()}")
            return trusted(seen[-1])

    secret: str | None = None
    if place.password_file is not None:
        secret = place.password_file.read_text("utf-8").splitlines()[0].strip()
    whole = deadlines.connect + deadlines.banner + deadlines.auth
    try:
        async with asyncio.timeout(whole + (deadlines.command + 5) * len(commands)):
            async with asyncssh.connect(
                place.host,
                place.port,
                username=place.user,
                password=secret,
                client_keys=[str(place.key_file)] if place.key_file else None,
                client_factory=Client,
                known_hosts=b"",
                server_host_key_algs=ALGORITHMS,
                kex_algs=EXCHANGES,
                connect_timeout=whole,
                agent_path=None,
                config=None,
            ) as connection:
                found = []
                for command in commands:
                    done = await connection.run(command, timeout=deadlines.command)
                    found.append(str(done.stdout or ""))
                return tuple(found)
    except asyncssh.HostKeyNotVerifiable as error:
        if seen:
            raise KeyChangedError(seen[-1]) from error
        raise
