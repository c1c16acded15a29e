"""Who is at the door: the agents' key hashes, looked up many at a time and remembered."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from collector.quarantine import TAKEN
from collector.store.among import among
from collector.store.database import Store
from collector.store.tables import agents

STRANGER = secrets.token_bytes(32)
"""Compared with when there is no such agent, so that the answer takes as long."""
REMEMBERED = 250_000  # a country's PCs and a quarter: about 60 MiB
GATHER_SECONDS = 0.004
"""A question costs a hundred times what a name in it does. A fleet that comes back after a restart
of the collector is looked up in groups; a PC that is known by then waits for nobody."""

Held = tuple[bytes, str]
"""The SHA-256 of an agent's key, and the agent's state."""


class Keys:
    """Tells an agent by its key. For one event loop.

    Those alone are remembered whose reports are taken: a number is never given again and its key
    never changes. Whether they are taken still is asked anew in the transaction that stores them,
    so whoever is revoked is out at once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Held] = {}
        self._waiting: dict[str, asyncio.Future[Held | None]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def state(self, agent: str, key: bytes) -> str | None:
        """The state of the agent that holds this key; None for a stranger. Raises DBAPIError."""
        shown = hashlib.sha256(key).digest()
        known = self._known.get(agent)
        if known is not None and hmac.compare_digest(known[0], shown):
            return known[1]
        found = await self._asked(agent)
        same = hmac.compare_digest(found[0] if found else STRANGER, shown)
        if found is None or not same:
            return None
        if found[1] in TAKEN:
            self._remember(agent, found)
        return found[1]

    def forget(self, agent: str) -> None:
        """Ask the database again the next time."""
        self._known.pop(agent, None)

    def _remember(self, agent: str, found: Held) -> None:
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[agent] = found

    def _asked(self, agent: str) -> asyncio.Future[Held | None]:
        """Whoever comes while a question is under way is asked for with the next one."""
        loop = asyncio.get_running_loop()
        if agent not in self._waiting:
            self._waiting[agent] = loop.create_future()
        if self._looking is None:
            self._looking = loop.create_task(self._look())
        # Shielded: of two who wait for the same agent, one may hang up.
        return asyncio.shield(self._waiting[agent])

    async def _look(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_SECONDS)
                asked, self._waiting = self._waiting, {}
                try:
                    found = await asyncio.to_thread(self._read, asked)
                except Exception as error:  # noqa: BLE001 - each who waits is told, and words it
                    for future in asked.values():
                        future.set_exception(error)
                    continue
                for agent, future in asked.items():
                    future.set_result(found.get(agent))
        finally:
            self._looking = None

    def _read(self, names: Collection[str]) -> Mapping[str, Held]:
        with self._store.read() as connection:
            return held(connection, names)


def held(connection: Connection, names: Collection[str]) -> Mapping[str, Held]:
    """What is known of these agents; a stranger's name is not in it."""
    rows = connection.execute(
        select(agents.c.id, agents.c.key_hash, agents.c.state).where(
            among(connection, agents.c.id, names)
        )
    )
    return {row.id: (bytes(row.key_hash), row.state) for row in rows.all()}
