"""Joins this PC to a collector by one pasted string, trusting nothing but the string's pin."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import secrets
import ssl
from dataclasses import dataclass
from typing import Any

from agent import tls
from agent.der import DerError, spki_sha256
from agent.line import pins
from agent.line.pins import PinsError
from agent.settings import COLLECTOR, Settings

STRING = re.compile(
    rf"wardwatch:(?P<collector>{COLLECTOR.pattern})/(?P<pin>[0-9a-f]{{64}})/(?P<token>[a-z2-7]{{26}})"
)
TIMEOUT_SECONDS = 15
ANSWER_BYTES = 64 * 1024
KEY_BYTES = 32


class JoiningError(Exception):
    """Joining did not come about; says why, and what to do."""


@dataclass(frozen=True)
class Invitation:
    """A join string taken apart."""

    collector: str
    pin: str
    token: str


@dataclass(frozen=True)
class Joined:
    """What came of it. `asset` is None until the officer says which machine this is."""

    settings: Settings
    pem: str
    asset: str | None
    state: str
    lines: str | None = None
    """What is to be pinned of the office's lines, as text; None where nothing usable came."""
    escrow: bool = False
    """Whether this PC has a repository of its own, whose password it makes and hands in."""


def invitation(text: str) -> Invitation:
    """Take a join string apart; raises JoiningError without repeating its secret."""
    found = STRING.fullmatch(text.strip())
    if not found:
        raise JoiningError("not a join string: it reads wardwatch:HOST:PORT/PIN/TOKEN")
    if not 0 < int(found["port"]) < 65536:
        raise JoiningError(f"not a port: {found['port']}")
    return Invitation(found["collector"], found["pin"], found["token"])


def join(invited: Invitation, hostname: str, system: str) -> Joined:
    """Fetch the authority, check it against the pin, and only then say who we are."""
    key = secrets.token_bytes(KEY_BYTES)
    unnamed = Settings(invited.collector, "", key.hex(), invited.pin)
    pem = authority(invited)
    answer = _ask(
        unnamed,
        tls.trusting(pem),
        "/v1/join",
        {
            "version": 1,
            "token": invited.token,
            "key_sha256": hashlib.sha256(key).hexdigest(),
            "hostname": hostname,
            "system": system,
        },
    )
    return _joined(unnamed, pem, _fields(answer))


def authority(invited: Invitation) -> str:
    """The authority's certificate (PEM), fetched and held against the pin. Raises JoiningError."""
    settings = Settings(invited.collector, "", "", invited.pin)
    try:
        pem = _ask(settings, tls.unverified(), "/v1/ca").decode("ascii").strip()
        # One certificate and nothing else: a second one would be trusted unseen.
        if pem.count("-----BEGIN ") != 1:
            raise ValueError("not one certificate")  # noqa: TRY301 - told below like other garbage
        pin = spki_sha256(ssl.PEM_cert_to_DER_cert(pem))
    except (ValueError, DerError) as problem:
        raise JoiningError(f"no certificate at https://{settings.collector}/v1/ca") from problem
    if not hmac.compare_digest(pin, settings.pin):
        raise JoiningError(
            f"{settings.collector} is not the collector of this join string: its certificate"
            " authority has another key; nothing was sent to it"
        )
    return pem + "\n"


def _ask(
    settings: Settings, context: ssl.SSLContext, path: str, body: dict[str, Any] | None = None
) -> bytes:
    link = http.client.HTTPSConnection(
        settings.host, settings.port, context=context, timeout=TIMEOUT_SECONDS
    )
    try:
        if body is None:
            link.request("GET", path)
        else:
            headers = {"Content-Type": "application/json"}
            link.request("POST", path, json.dumps(body).encode(), headers)
        answer = link.getresponse()
        text = answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as problem:
        raise JoiningError(f"cannot reach {settings.collector}: {problem}") from problem
    finally:
        link.close()
    if answer.status == 401:
        raise JoiningError("the collector does not take this token: used, expired or mistyped")
    if answer.status != 200:
        raise JoiningError(f"the collector answered {answer.status} at {path}")
    return text


def _fields(answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError as problem:
        raise JoiningError("the collector's answer is no JSON") from problem
    return found if isinstance(found, dict) else {}


def _joined(settings: Settings, pem: str, answer: dict[str, Any]) -> Joined:
    agent, asset, state = answer.get("agent"), answer.get("asset"), answer.get("state")
    if not isinstance(agent, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", agent):
        raise JoiningError("the collector's answer names no agent")
    if state not in {"approved", "pending"} or not isinstance(asset, str | None):
        raise JoiningError("the collector's answer does not say whether this PC is approved")
    named = Settings(settings.collector, agent, settings.secret, settings.pin)
    wanted = answer.get("escrow") is True
    return Joined(named, pem, asset, state, held(answer.get("lines")), wanted)


def held(told: Any) -> str | None:
    """The office's lines, held to their form: half of it is none of it."""
    if told is None:
        return None
    try:
        text = json.dumps(told, indent=1)
        pins.understood(text)
    except (PinsError, ValueError):
        return None
    return text
