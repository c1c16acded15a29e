"""This PC's own backup password: made here, once, and handed in to the collector that keeps it.

`python -m agent.escrow --agent-state DIR` is the child that the agent starts when it is asked to.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

from agent import settings, tls
from agent.settings import Settings, SettingsError

FILE = "backup.password"
"""In the agent's folder, mode 0600; the pins of this PC's own repositories name it."""
PATH = "/v1/escrow"
PASSWORD = re.compile(r"[A-Za-z0-9_-]{43}")
PASSWORD_BYTES = 32
TIMEOUT_SECONDS = 15
ANSWER_BYTES = 16 * 1024
HANDED_IN, NOT_HANDED_IN = 0, 1


class EscrowError(Exception):
    """The password is not made or not handed in; says why, and never what it is."""


def own(state: Path) -> str:
    """This PC's password, made where there is none yet. Raises EscrowError.

    One that is there is never replaced, whoever asks: what was stored with it opens by it alone.
    """
    path = state / FILE
    try:
        if not os.path.lexists(path):
            _make(path)
        for stray in state.glob(f".{FILE}.*"):  # of one that was killed while it made another
            stray.unlink(missing_ok=True)
        text = path.read_text("ascii").strip()
    except UnicodeDecodeError as problem:
        raise EscrowError(f"{path} holds no password that was made here") from problem
    except OSError as problem:
        raise EscrowError(f"{problem.filename or path}: {problem.strerror}") from problem
    if not PASSWORD.fullmatch(text):
        raise EscrowError(f"{path} holds no password that was made here")
    return text


def _make(path: Path) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(PASSWORD_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces: of two that make one at the same time, the first one's stays. The
        # other finds it there, or finds its own tidied away beside it.
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            os.link(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
    if os.name != "nt":  # Windows opens no folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def hand_in(named: Settings, pem: str, password: str) -> None:
    """Give it to the collector that this PC joined, and to nobody else. Raises EscrowError."""
    link = http.client.HTTPSConnection(
        named.host, named.port, context=tls.trusting(pem), timeout=TIMEOUT_SECONDS
    )
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {named.agent}.{named.secret}",
    }
    try:
        body = json.dumps({"version": 1, "password": password}).encode()
        link.request("POST", PATH, body, headers)
        answer = link.getresponse()
        text = answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as problem:
        raise EscrowError(f"cannot reach {named.collector}: {problem}") from problem
    finally:
        link.close()
    told = _object(text)
    if answer.status != 200:
        detail = str(told.get("detail") or answer.status)[:300]
        raise EscrowError(f"the collector does not keep it: {detail}")
    kept = str(told.get("sha256"))
    if not hmac.compare_digest(
        kept.encode(), hashlib.sha256(password.encode()).hexdigest().encode()
    ):
        raise EscrowError("the collector's answer is not about this password")


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def main() -> int:
    """Make it where there is none, hand it in, and say how that went."""
    parser = argparse.ArgumentParser(prog="python -m agent.escrow")
    parser.add_argument("--agent-state", type=Path, required=True)
    state = parser.parse_args().agent_state
    os.umask(0o077)
    try:
        named, pem = settings.joined(state)
        hand_in(named, pem, own(state))
    except (SettingsError, EscrowError) as problem:
        print(f"the backup password is not handed in: {problem}", file=sys.stderr)  # noqa: T201 - as below
        return NOT_HANDED_IN
    print("the backup password is handed in", file=sys.stderr)  # noqa: T201 - for an operator
    return HANDED_IN


if __name__ == "__main__":
    sys.exit(main())
