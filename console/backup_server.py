"""Keeps the append-only backup server running beside the duties, where one is installed and wanted."""

from __future__ import annotations

import logging
from pathlib import Path

from backup import server
from collector.inventory.model import Inventory
from console import children, settings
from console.addresses import Listen, parse
from console.children import Child

log = logging.getLogger(__name__)

STOP_SECONDS = 2.0


class BackupServerError(Exception):
    """The backup server does not run, in words for the operator."""


def place_of(state_folder: Path) -> Listen:
    """Where it listens: on the collector's address, one port further."""
    listen = parse(settings.load(state_folder).listen)
    return Listen(listen.address, listen.port + 1)


class BackupServer:
    """One per duties process. It listens on the port after the collector's."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder.absolute()
        self._child: Child | None = None
        self._running: object = None

    def tick(self, inventory: Inventory) -> None:
        """Start it, or start it anew for another certificate or PC. Raises BackupServerError."""
        if not server.served(inventory):
            self.stop()
            return
        program = server.program()
        if program is None:
            raise BackupServerError(
                "rest-server is not installed, so no PC can back up to this collector:"
                " apt install restic-rest-server (Debian 13), or rest-server from restic.net"
            )
        wanted = self._wanted(inventory)
        if self._child is not None and self._child.poll() is None and wanted == self._running:
            return
        ended = None if self._child is None else self._child.poll()
        self.stop()
        server.prepare(inventory, self._folder)
        place = server.root(inventory, self._folder)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        listen = place_of(self._folder)
        self._child = children.serve(
            *server.arguments(program, inventory, self._folder, listen.address, listen.port)
        )
        self._running = wanted
        log.info("the backup server listens on %s", listen)
        if ended is not None:
            raise BackupServerError(f"rest-server ended with {ended} and was started again")

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._child is not None:
            children.stop(self._child, STOP_SECONDS)
        self._child = None

    def _wanted(self, inventory: Inventory) -> object:
        certificate = self._folder / "ca" / "server.pem"
        changed_at = certificate.stat().st_mtime_ns if certificate.exists() else 0
        repositories = [
            (each.path, each.writer, each.quota_gib) for each in server.served(inventory)
        ]
        return changed_at, repositories
