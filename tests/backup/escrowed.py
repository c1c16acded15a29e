"""A PC that makes its own password, and the collector that it hands it in to, as the tests bring them up."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess  # noqa: TID251 - the agent joins and backs up as it does on a PC
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent import escrow
from backup import bundle, passwords, run, sealed, server
from backup.sacrifice import quicken
from backup.samples import make
from collector.authority import Authority
from collector.inventory.model import Inventory
from collector.joining import join_string, new_token
from tests.backup.parts import programs
from tests.backup.place import NOON, Place, made
from tests.backup.test_stores import free_port, serving
from tests.collector.served import Served, served

ID = "kho"


def owning(inventory: Inventory) -> Inventory:
    """The office's one repository as its PC's own."""
    values = inventory.model_dump(mode="python")
    ours = {"path": f"served/may-chu/{ID}", "writer": "may-chu"}
    values["repositories"] = [{**values["repositories"][0], **ours}]
    return Inventory.model_validate(values)


def yet_to_join(folder: Path) -> Place:
    """An office whose PC has a repository of its own, and has yet to join."""
    place = made(folder)
    place.source.rmdir()
    make(place.source)
    with place.store.write() as connection:
        connection.exec_driver_sql("UPDATE agents SET state = 'revoked'")
    for one in (place.agent_folder, place.state_folder / "passwords"):
        shutil.rmtree(one)
    place.inventory = owning(place.inventory)
    (place.state_folder / "office.json").write_text(place.inventory.model_dump_json())
    return place


@contextmanager
def opened(place: Place) -> Iterator[Served]:
    """The collector's doors, on the place's own database."""
    with served(place.state_folder, f"sqlite:///{place.state_folder}/wardwatch.sqlite") as running:
        yield running


def joined(place: Place, running: Served, folder: Path) -> str:
    """Join as an official does; what was said."""
    pin = Authority.open(place.state_folder / "ca", ("wardwatch.test",), NOON).pin
    with place.store.write() as connection:
        now = datetime.now(UTC)  # noqa: TID251 - the served collector reads its own clock
        token = new_token(connection, now, place.inventory, "t", "may-chu")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "agent", "join", "-", "--state", str(folder)],
        input=join_string(f"127.0.0.1:{running.port}", pin, token),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def kept(folder: Path) -> str:
    return (folder / escrow.FILE).read_text().strip()


def settle(place: Place) -> tuple[str, ...]:
    """What a round of the duties does with it; the repositories that still wait."""
    with place.store.write() as connection:
        waiting = passwords.settle(connection, place.inventory, place.state_folder, place.now)
    return tuple(one.id for one in waiting)


def prepared(place: Place) -> None:
    proof = place.prove("prepare")
    assert proof.ok, proof.error
    quicken(repository(place), told(place))
    with place.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM objects")
    assert place.prove("watch").ok


def told(place: Place) -> str:
    """The password by which the collector opens the repository."""
    return passwords.find(place.store, place.inventory.repositories[0], place.state_folder).text


def repository(place: Place) -> Path:
    return place.state_folder / "served" / "may-chu" / ID


def carried(place: Place, port: int, into: Path) -> dict[str, str]:
    """What `backup pin` writes for the PC; the pin of its set."""
    bundle.write(
        place.store, place.inventory, "may-chu", place.state_folder, into, "127.0.0.1", port
    )
    pins: dict[str, str] = json.loads((into / run.PINS).read_text())["sets"]["van-ban"]
    return pins


@contextmanager
def backup_server(place: Place) -> Iterator[int]:
    server.prepare(place.inventory, place.state_folder)
    (place.state_folder / "served").mkdir(exist_ok=True)
    port, program = free_port(), str(programs("trixie") / "restic-rest-server")
    with serving(
        server.arguments(program, place.inventory, place.state_folder, "127.0.0.1", port), port
    ):
        yield port


class Onlooker:
    """Reads the list of processes over and over, as every account of a PC may."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.seen = set[bytes]()

    def __enter__(self) -> Onlooker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.002):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue  # it has ended


def holding(folder: Path, secret: str) -> list[str]:
    """Every file below a folder in which a secret stands."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    )


@dataclass(frozen=True)
class Joined:
    """A state folder after the PC has joined and its repository was made, to be copied."""

    folder: Path
    said: str
    seen: frozenset[bytes]
    """All command lines of the machine meanwhile."""


def rekeyed(folder: Path, old: str, new: str) -> None:
    """Give a repository one key, for another password."""
    (path,) = (folder / "keys").iterdir()
    told = json.loads(path.read_bytes())
    held = sealed.opened(sealed.derived(told, old), base64.b64decode(told["data"]))
    told["data"] = base64.b64encode(sealed.sealed(sealed.derived(told, new), held)).decode()
    path.unlink()
    content = json.dumps(told).encode()
    (folder / "keys" / hashlib.sha256(content).hexdigest()).write_bytes(content)
