"""Records a machine, and keeps serials, addresses and account names out of it on request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from agent.host import Host
from agent.host.recording import Mask, Recording, as_it_is
from agent.logs import texts
from agent.parse import edid
from agent.probes import PROBES
from agent.windows.events import CHANNELS

SECRET = frozenset(
    {"serial", "uuid", "mac", "hostname", "domain", "ending", "product_id", "activation_server"}
)
"""Fields whose values lead back to one piece or one office."""
PERSONAL = frozenset(
    {
        *("Win32_UserAccount.Name", "Win32_UserAccount.FullName", "Win32_UserAccount.Caption"),
        *("Win32_UserAccount.Description", "Win32_NetworkLoginProfile.Name"),
        *("Win32_NetworkLoginProfile.Caption", "Win32_NetworkLoginProfile.FullName"),
        *("Win32_ComputerSystem.UserName", "Win32_ComputerSystem.PrimaryOwnerName"),
        *("Win32_OperatingSystem.RegisteredUser", "Win32_OperatingSystem.Organization"),
    }
)
"""Properties of WMI that name a person; no check reads them as they are."""
LASTLOG = re.compile(
    rb"^.+?((?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:.*|\*\*.*))$", re.MULTILINE
)
"""A row of lastlog(8) from its date on; its heading names nobody."""
LOGS = ("journalctl", *texts.SIGN_INS, *texts.FINDS)
"""What happened on the PC names people and places in every line, and no check reads it: masked, a
recording keeps that it was asked for and nothing of it."""
NAMED = re.compile(rb'(?<=,Name=")[^"]+')
SHORTEST = 4
"""A shorter value, as a serial of `0`, would be found in everything."""


def record_machine(host: Host, folder: Path, *, masked: bool) -> int:
    """Run every probe through a recording; returns how many files were written."""
    mask: Mask = as_it_is
    if masked:
        secrets = sorted(
            {value for probe in PROBES.values() for value in _secrets(probe(host).section)}
        )
        mask = _Mask(tuple(secrets)).apply
    recording = Recording(host, folder, mask)
    for probe in PROBES.values():
        probe(recording)
    recording.close()
    return sum(1 for path in folder.rglob("*") if path.is_file())


def _secrets(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _secrets(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _secrets(one, name)
    elif isinstance(value, str) and name in SECRET and len(value) >= SHORTEST:
        yield value


class _Mask:
    """Replaces each secret by signs of the same length: tables and offsets stay as they are."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        # The longest first: one serial may be the start of another.
        ordered = sorted(secrets, key=len, reverse=True)
        forms = {value.encode(): b"X" * len(value.encode()) for value in ordered}
        forms |= {value.lower().encode(): b"X" * len(value.encode()) for value in ordered}
        forms |= {value.upper().encode(): b"X" * len(value.encode()) for value in ordered}
        forms |= {raw: bytes(16) for value in ordered if (raw := _packed(value))}
        self._forms = forms

    def apply(self, path: str, data: bytes) -> bytes:
        """What is written down of a file."""
        if path.lower().endswith(("/edid", "\\edid")):
            return edid.masked(data)
        if path in {"/etc/group", "/etc/passwd"} or path.endswith("/etc/hosts"):
            return _without_names(path, data)
        if path in CHANNELS:
            return b"[]"
        if path.startswith(LOGS):
            return b""
        if path == "lastlog":
            return LASTLOG.sub(rb"account \1", data)
        return self._plain(path, data)

    def _plain(self, path: str, data: bytes) -> bytes:
        if path == "Win32_GroupUser.PartComponent":
            return NAMED.sub(lambda name: b"X" * len(name[0]), data)
        if path in PERSONAL:
            return b"X" * len(data.decode("utf-8", "replace"))
        for secret, instead in self._forms.items():
            data = data.replace(secret, instead)
        return data


def _packed(value: str) -> bytes | None:
    try:
        return UUID(value).bytes_le if len(value) == 36 else None
    except ValueError:
        return None


def _without_names(path: str, data: bytes) -> bytes:
    """Accounts and host names by number: how many there are is what the checks count."""
    lines = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines()):
        fields = line.split(":")
        if path == "/etc/group" and len(fields) == 4 and fields[3]:
            members = range(len(fields[3].split(",")))
            fields[3] = ",".join(f"member{index}" for index in members)
        elif path == "/etc/passwd" and len(fields) >= 7 and fields[0] != "root":
            fields = [f"account{number}", "x", fields[2], fields[3], "", "/", fields[6]]
        elif path.endswith("/etc/hosts"):
            address, *names = line.split()[:10] or [""]
            lines.append(" ".join([address, *(re.sub(r"[^.\s]+", "name", one) for one in names)]))
            continue
        lines.append(":".join(fields))
    return ("\n".join(lines) + "\n").encode()
