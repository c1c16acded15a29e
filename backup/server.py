"""The append-only backup server: who may write where, and how rest-server is told.

Each PC has a login of its own and is let into the folder of its own name alone. It can add and
never change or remove; retention works on the folder itself, on the collector.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from collector.files import write_private
from collector.inventory.model import Inventory, Repository

NAMES = ("rest-server", "restic-rest-server")
"""As its makers call it, and as Debian does."""
FOLDER = "backup-server"
"""In the state folder: the logins, and the file in which rest-server looks them up."""
PASSWORD_BYTES = 32
GIB = 1024**3


@dataclass(frozen=True)
class Login:
    """One PC's; the password never stands on a command line or in a log."""

    user: str
    password: str

    @property
    def line(self) -> str:
        return f"{self.user}:{self.password}"


def program() -> str | None:
    """Where rest-server is installed; None where it is not."""
    wanted = os.environ.get("REST_SERVER")
    names = (wanted,) if wanted else NAMES
    return next((found for name in names if (found := shutil.which(name))), None)


def served(inventory: Inventory) -> tuple[Repository, ...]:
    """The repositories that PCs reach through the server."""
    return tuple(each for each in inventory.repositories if each.writer)


def login(writer: str, state_folder: Path) -> Login:
    """A PC's login, made when there is none yet."""
    path = state_folder / FOLDER / "logins" / writer
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Login(writer, secrets.token_urlsafe(PASSWORD_BYTES))
        write_private(path, f"{made.line}\n".encode())
    user, _, password = path.read_text("utf-8").strip().partition(":")
    return Login(user, password)


def prepare(inventory: Inventory, state_folder: Path) -> Path:
    """Write the file of logins for all writers; where it is."""
    writers = sorted({each.writer for each in served(inventory) if each.writer})
    logins = [login(writer, state_folder) for writer in writers]
    path = state_folder / FOLDER / "htpasswd"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, "".join(f"{each.user}:{_hashed(each)}\n" for each in logins).encode())
    return path


def root(inventory: Inventory, state_folder: Path) -> Path:
    """The one folder below which all of them lie; the reader has made sure that it is one."""
    first = served(inventory)[0]
    return state_folder / first.path.removesuffix(f"/{first.writer}/{first.id}")


def arguments(
    program: str, inventory: Inventory, state_folder: Path, address: str, port: int
) -> tuple[str, ...]:
    """The whole command line; no secret stands on it."""
    quotas = [each.quota_gib for each in served(inventory)]
    # rest-server counts all that it holds together: the sum of the quotas, where each has one.
    limit = sum(filter(None, quotas)) if all(quotas) else None
    host = f"[{address}]" if ":" in address else address
    return (
        program,
        "--append-only",
        "--private-repos",
        f"--listen={host}:{port}",
        f"--path={root(inventory, state_folder)}",
        f"--htpasswd-file={state_folder / FOLDER / 'htpasswd'}",
        "--tls",
        f"--tls-cert={state_folder / 'ca' / 'server.pem'}",
        f"--tls-key={state_folder / 'ca' / 'server.key'}",
        *((f"--max-size={int(limit * GIB)}",) if limit else ()),
    )


def url(declared: Repository, host: str, port: int) -> str:
    """As the writer's PC is told it."""
    name = f"[{host}]" if ":" in host else host
    return f"rest:https://{name}:{port}/{declared.writer}/{declared.id}/"


def _hashed(login: Login) -> str:
    # SHA-1 without salt, one of two forms that the server reads: nobody guesses 256 random bits.
    digest = hashlib.sha1(login.password.encode(), usedforsecurity=False).digest()
    return "{SHA}" + base64.b64encode(digest).decode()
