"""SFTP by the system's own ssh: with a key, against a known host, and never with a question."""

from __future__ import annotations

import re

from backup.stores.address import Access, Address, StoreError

_BY_URL = re.compile(r"sftp://(?P<who>[\w.@-]+)(?::(?P<port>\d{1,5}))?/(?P<path>.+)")
_BY_COLON = re.compile(r"sftp:(?P<who>[\w.@-]+):(?P<path>.+)")


def access(address: Address) -> Access:
    """The address, and the ssh command that reaches it."""
    found = _BY_URL.fullmatch(address.path) or _BY_COLON.fullmatch(address.path)
    if not found or found["who"].startswith("-"):
        raise StoreError(f"{address.path} is no address: sftp:user@host:/path is")
    for path in (address.known_hosts_file, address.key_file):
        if path is not None and set(str(path)) & set("'\",\n"):
            raise StoreError(f"{path} has a quote or a comma in its name: restic takes it apart")
    command = ["ssh", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oServerAliveInterval=30"]
    if address.known_hosts_file:
        command.append(f"'-oUserKnownHostsFile={address.known_hosts_file}'")
    if address.key_file:
        command += ["-oIdentitiesOnly=yes", f"-i '{address.key_file}'"]
    if port := found.groupdict().get("port"):
        command.append(f"-p {port}")
    command += [found["who"], "-s sftp"]
    return Access(address.path, ("-o", f"sftp.command={' '.join(command)}"))
