"""Records a machine, and keeps who and where it is out of the recording on request."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from agent import masked_tables, secret_places
from agent.host import Host
from agent.host.recording import Mask, Recording, as_it_is
from agent.logs import texts
from agent.parse import edid, wmi
from agent.parse.placeholders import is_placeholder
from agent.probes import PROBES
from agent.stand_ins import StandIns
from agent.windows.events import CHANNELS

SECRET = frozenset(
    {"serial", "uuid", "mac", "hostname", "domain", "ending", "product_id", "activation_server"}
)
"""Fields whose values lead back to one piece or one office."""
LASTLOG = re.compile(
    r"^(\S+)\s.*?((?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:.*|\*\*.*))$", re.MULTILINE
)
"""A row of lastlog(8): its account, and its date on; its heading names nobody."""
LOGS = ("journalctl", *texts.SIGN_INS, *texts.FINDS)
"""What happened on the PC names people and places in every line, and no check reads it: masked, a
recording keeps that it was asked for and nothing of it."""
WINDOWS_HOSTS = "C:/Windows/System32/drivers/etc/hosts"
SHORT, LONG = 4, 8
"""Shorter than that, a name is looked for where names stand; from there on, a number inside of words."""
RUNS = re.compile(r"(?P<hex>(?:[0-9A-Fa-f]{2}){8,})|(?P<base64>[A-Za-z0-9+/]{16,}={0,2})")


def record_machine(host: Host, folder: Path, *, masked: bool) -> int:
    """Run every probe through a recording; returns how many files were written."""
    mask: Mask = as_it_is
    if masked:
        found = Secrets()
        # Read once before: a secret that is told last stands in what was read first too.
        listening = Recording(host, None, found.note)
        for probe in PROBES.values():
            found.add(_told(probe(listening).section))
        listening.close()
        mask = Masking(StandIns(os.urandom(32), found.known), found.known).apply
    recording = Recording(host, folder, mask)
    for probe in PROBES.values():
        probe(recording)
    recording.close()
    return sum(1 for path in folder.rglob("*") if path.is_file())


def _told(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _told(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _told(one, name)
    elif isinstance(value, str) and name in SECRET:
        yield value


class Secrets:
    """Gathers what names the machine and its people, from all that the probes are told."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def note(self, path: str, data: bytes) -> bytes:
        """A mask that hides nothing, and remembers."""
        text = data.decode("utf-8", "surrogateescape")
        if secret_places.whole(path):
            self.add(part for item in wmi.items(text) for part in re.split(r"[\\\n]", item))
        self.add(text[slice(*span)] for span in secret_places.within(path, text))
        self.add(masked_tables.names_of_accounts(path, text))
        if path == "lastlog":
            self.add(found[1] for found in LASTLOG.finditer(text))
        if path == "Win32_GroupUser.PartComponent":
            self.add(found[0] for found in secret_places.COMPONENT.finditer(text))
        return data

    def add(self, values: Iterable[str]) -> None:
        """Those that are everybody's are nobody's."""
        stripped = {value.strip(" \t\r\n\0") for value in values}
        self.known |= {
            value
            for value in stripped
            if value and not is_placeholder(value) and value.casefold() not in secret_places.GENERIC
        }


class Masking:
    """Puts stand-ins where secrets stand: by place, by form, and wherever a known one comes again."""

    def __init__(self, stand_ins: StandIns, known: Iterable[str]) -> None:
        self._stand_ins = stand_ins
        ordered = sorted(known, key=len, reverse=True)  # one serial may be the start of another
        self._long = _any(value for value in ordered if _is_number(value))
        self._bounded = _any(
            (v for v in ordered if len(v) >= SHORT and not _is_number(v)), bounded=True
        )
        self._short = _any((value for value in ordered if len(value) < SHORT), bounded=True)
        wide = (value for value in ordered if len(value) >= SHORT and value.isascii())
        self._wide = _any("\0".join(value) for value in wide)
        self._bare = [_bare(v) for v in ordered if len(_bare(v)) >= LONG]
        uuids = {UUID(value) for value in ordered if secret_places.UUIDS.fullmatch(value)}
        self._packed = {
            raw: instead
            for one in uuids
            for raw, instead in (
                (one.bytes_le, UUID(self._hide(str(one))).bytes_le),
                (one.bytes, UUID(self._hide(str(one))).bytes),
            )
        }

    def apply(self, path: str, data: bytes) -> bytes:
        """What is written down of an answer."""
        if path.casefold().endswith(("/edid", "\\edid")):
            return edid.masked(data)
        if path in CHANNELS:
            return b"[]"
        if path.startswith(LOGS):
            return b""
        if path.endswith("/tables/DMI"):
            data = masked_tables.smbios(data, self._hide)
        text = data.decode("utf-8", "surrogateescape")
        told = self._structured(path, text)
        hidden = self._everywhere(path, text) if told is None else told
        data = hidden.encode("utf-8", "surrogateescape")
        for raw, instead in self._packed.items():
            data = data.replace(raw, instead)
        return data

    def _structured(self, path: str, text: str) -> str | None:
        """Of a place where each field has its meaning; None of any other."""
        hide, address = self._name, self._stand_ins.address
        tables: dict[str, Callable[[], str]] = {
            "/etc/passwd": lambda: masked_tables.passwd(text, hide),
            "/etc/group": lambda: masked_tables.group(text, hide),
            "/etc/hosts": lambda: masked_tables.hosts(text, hide, address),
            WINDOWS_HOSTS: lambda: masked_tables.hosts(text, hide, address),
            "/proc/net/route": lambda: masked_tables.routes(text, address),
            "/proc/net/tcp": lambda: masked_tables.sockets(text, address),
            "/proc/net/tcp6": lambda: masked_tables.sockets(text, address),
            "lastlog": lambda: LASTLOG.sub(lambda row: f"{hide(row[1])} {row[2]}", text),
        }
        if path in tables:
            return tables[path]()
        if path in {"Win32_GroupUser.PartComponent", "Win32_GroupUser.GroupComponent"}:
            # A group is found by its own name, which is no secret; whose it is, and who is in it, are.
            wanted = "domain" if path.endswith("GroupComponent") else None
            told = secret_places.COMPONENT.sub(lambda one: self._component(one, wanted), text)
            return self._known(path, told)
        return None

    def _component(self, found: re.Match[str], wanted: str | None) -> str:
        return self._name(found[0]) if wanted in {None, found.lastgroup} else found[0]

    def _everywhere(self, path: str, text: str) -> str:
        if secret_places.whole(path):
            return re.sub(r"[^\\\n{}\",]+", lambda one: self._whole(one[0]), text)
        text = self._known(path, text)
        for pattern in secret_places.patterns(path):
            text = pattern.sub(lambda one: self._hide(one[0]), text)
        if not secret_places.SOFTWARE.fullmatch(path):
            for pattern in (secret_places.IPV4, secret_places.IPV6):
                text = pattern.sub(lambda one: self._stand_ins.address(one[0]), text)
        return RUNS.sub(self._run, text)

    def _known(self, path: str, text: str) -> str:
        sets = [self._long, self._bounded]
        if secret_places.ACCOUNTS.fullmatch(path):
            sets.append(self._short)
        for pattern in sets:
            text = pattern.sub(lambda one: self._hide(one[0]), text)
        if "\0" in text:
            text = self._wide.sub(lambda one: "\0".join(self._hide(one[0][::2])), text)
        return text

    def _whole(self, text: str) -> str:
        """A value that is a secret; the blanks around it, and an address, keep their form."""
        bare = text.strip()
        if bare.casefold() in secret_places.GENERIC:
            return text
        shown = self._stand_ins.address(bare)
        return text.replace(bare, shown if shown != bare else self._hide(bare)) if bare else text

    def _run(self, found: re.Match[str]) -> str:
        """Signs that are another spelling of bytes: gone where a known secret is in them."""
        import base64  # noqa: PLC0415 - with a mask alone
        import binascii  # noqa: PLC0415

        try:
            if found["hex"]:
                data = bytes.fromhex(found["hex"])
            else:
                data = base64.b64decode(found["base64"] + "=" * (-len(found["base64"]) % 4))
        except (binascii.Error, ValueError):
            return found[0]
        bare = _bare(data.replace(b"\0", b"").decode("latin-1"))
        return self._hide(found[0]) if any(one in bare for one in self._bare) else found[0]

    def _name(self, name: str) -> str:
        """A name that every machine has stays: whether there is a guest is what a check asks."""
        return name if name.casefold() in secret_places.GENERIC else self._hide(name)

    def _hide(self, secret: str) -> str:
        return self._stand_ins.of(secret)


def _is_number(value: str) -> bool:
    """A serial number is found inside of words; a name alone, or half of the language would go."""
    return len(value) >= LONG and any(sign.isdigit() for sign in value)


def _bare(text: str) -> str:
    return re.sub(r"[\s:.\-]", "", text.casefold())


def _any(values: Iterable[str], *, bounded: bool = False) -> re.Pattern[str]:
    """Any of the values, in any capitals and with or without its separators."""
    spelled = [
        re.sub(r"(?:\\?[ :.\-])+", lambda _: r"(?:[ :.\\-]|%20|%3[Aa])?", re.escape(value))
        for value in values
    ]
    if not spelled:
        return re.compile(r"(?!)")
    alone = r"(?<![^\W_])(?:{})(?![^\W_])" if bounded else "(?:{})"
    return re.compile(alone.format("|".join(spelled)), re.IGNORECASE)
