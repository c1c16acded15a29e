"""Who this agent is and whom it trusts, as joining left it in the agent's own folder."""

from __future__ import annotations

import json
import os
import re
import ssl
import sys

from agent.der import DerError, spki_sha256
from agent.lean import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the resident goes without: half a mebibyte
    from pathlib import Path

FILE, CA, LINES = "agent.json", "ca.pem", "line.json"
COLLECTOR = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253}):(?P<port>[0-9]{1,5})")


class SettingsError(Exception):
    """The agent's folder does not say what it must; worded for the operator."""


class Settings(NamedTuple):
    """What one joining set. `secret` is the agent's key: it is sent to that collector alone."""

    collector: str
    """`host:port`."""
    agent: str
    secret: str
    pin: str
    """SHA-256 of the certificate authority's public key, lower-case hexadecimal."""

    @property
    def host(self) -> str:
        return self.collector.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.collector.rpartition(":")[2])


def folder() -> str:
    """The agent's folder where none is named on the command line."""
    named = os.environ.get("WARDWATCH_AGENT_STATE")
    if named:
        return named
    if sys.platform == "win32":
        return os.path.join(os.environ.get("PROGRAMDATA", "C:/ProgramData"), "wardwatch-agent")
    if os.geteuid() == 0:
        return "/var/lib/wardwatch-agent"
    return os.path.expanduser("~/.local/state/wardwatch-agent")


def prepare(state: Path) -> None:
    """Make the folder, for this account alone."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        state.chmod(0o700)
    except OSError as problem:
        raise SettingsError(f"cannot make the folder {state}: {problem.strerror}") from problem


def load(state: str | os.PathLike[str]) -> Settings:
    """Read the settings, and check that the kept authority is the pinned one."""
    return joined(state)[0]


def joined(state: str | os.PathLike[str]) -> tuple[Settings, str]:
    """The settings, and the authority's certificate (PEM) that is pinned in them."""
    try:
        found = json.loads(_text(state, FILE))
        settings = Settings(*[str(found[name]) for name in Settings._fields])
        pem = _text(state, CA)
    except FileNotFoundError as problem:
        raise SettingsError(f"not joined yet: no {problem.filename}") from problem
    except OSError as problem:
        raise SettingsError(f"cannot read {problem.filename}: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise SettingsError(f"damaged: {os.path.join(state, FILE)}; join again") from problem
    place = os.path.join(state, CA)
    if not COLLECTOR.fullmatch(settings.collector):
        raise SettingsError(f"no host:port in {os.path.join(state, FILE)}: {settings.collector!r}")
    try:
        pin = spki_sha256(ssl.PEM_cert_to_DER_cert(pem))
    except (ValueError, DerError) as problem:
        raise SettingsError(f"no certificate: {place}; join again") from problem
    if pin != settings.pin:
        raise SettingsError(f"not the authority that this agent joined: {place}")
    return settings, pem


def _text(state: str | os.PathLike[str], name: str) -> str:
    with open(os.path.join(state, name), encoding="utf-8") as file:
        return file.read()


def save(state: Path, settings: Settings, pem: str, lines: str | None = None) -> None:
    """Keep the settings; the authority first, so that settings are never without it.

    `lines` is what this PC may look at from now on: whatever was pinned before goes.
    """
    prepare(state)
    try:
        _write(state / CA, pem)
        if lines is None:
            (state / LINES).unlink(missing_ok=True)
        else:
            _write(state / LINES, lines)
        _write(state / FILE, json.dumps(settings._asdict(), indent=1))
    except OSError as problem:
        raise SettingsError(f"cannot write in {state}: {problem.strerror}") from problem


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
