"""What the gate asks of the store: sessions, tokens, and the note of who looked at what."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from collector import audit
from console import sessions
from console.desk import Desk
from console.sessions import Visitor

ONE_LOOK = timedelta(minutes=15)
"""The same eyes on the same page within that time are one look: a live page is no row a second."""

LOOKS_KEPT = 10_000


class StoreWatch:
    """Safe from many threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._looks: OrderedDict[tuple[bytes, str], datetime] = OrderedDict()
        self._lock = Lock()

    def visitor(self, token: str, *, person: bool) -> Visitor | None:
        now = self._desk.clock()
        with self._desk.store.read() as connection:
            found = sessions.visitor(connection, now, token)
        if person and found and found.seen_at and now - found.seen_at >= sessions.SEEN_EVERY:
            with self._desk.store.write() as connection:
                sessions.seen(connection, now, found)
        return found

    def program(self, token: str) -> Visitor | None:
        with self._desk.store.read() as connection:
            return sessions.program(connection, self._desk.clock(), token)

    def looked(self, visitor: Visitor, path: str) -> None:
        now, key = self._desk.clock(), (visitor.session, path)
        with self._lock:
            last = self._looks.get(key)
            if last is not None and now - last < ONE_LOOK:
                return
            self._looks[key] = now
            self._looks.move_to_end(key)
            if len(self._looks) > LOOKS_KEPT:
                self._looks.popitem(last=False)
        with self._desk.store.write() as connection:
            audit.append(connection, now, visitor.user, "looked", {"page": path[:300]})
