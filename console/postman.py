"""Hands over what waits in the outbox, and calls the outside checker: beside the duties, not in them.

A mail server that does not answer takes a minute; nobody's silence goes unjudged meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from alerts import channels, outbox
from console.desk import Desk
from console.health import health, overdue

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 300.0
CALL_SECONDS = 10.0


class HeartbeatError(Exception):
    """The outside checker could not be called; it will tell of our silence, which is none."""


class Postman:
    """One per duties process. `tick` returns at once: one round at a time runs beside it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._at_work: threading.Thread | None = None
        self._called_at = float("-inf")
        self._problem: Exception | None = None

    def tick(self) -> None:
        """Start a round unless one is running; raises what the last round could not do."""
        if self._at_work is not None and self._at_work.is_alive():
            return
        self._at_work = threading.Thread(target=self._round, name="postman", daemon=True)
        self._at_work.start()
        if self._problem is not None:
            raise self._problem

    def stop(self) -> None:
        """Wait a moment for the message that is being handed over; a longer one goes again."""
        if self._at_work is not None:
            self._at_work.join(2.0)

    def _round(self) -> None:
        try:
            self._deliver()
            self._call()
        except Exception as error:  # noqa: BLE001 - told by the next tick, on every screen
            self._problem = error
        else:
            self._problem = None

    def _deliver(self) -> None:
        desk = self._desk
        inventory = desk.source.current()
        send = channels.sender(inventory, desk.state_folder)
        for one in outbox.deliver(desk.store, channels.ids(inventory), send, desk.clock):
            if one.refused_at is not None:
                log.error("message %s was refused: %s", one.id, one.error)

    def _call(self) -> None:
        """Only while all duties take their turns: a checker that is called must not lie."""
        name = self._desk.source.current().notices.heartbeat_url_file
        if name is None or time.monotonic() - self._called_at < HEARTBEAT_SECONDS:
            return
        known = health(self._desk.state_folder)
        if any(one.error for one in known if one.duty == "judgement"):
            return
        if overdue(known, self._desk.clock()) is not None:
            return
        call(channels.secret(self._desk.state_folder, name))
        self._called_at = time.monotonic()


def call(url: str) -> None:
    """One GET. Raises HeartbeatError; the URL is the secret, and stands in no word of it."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise HeartbeatError("the URL of the outside checker must begin with https://")
    try:
        with urlopen(Request(url, method="GET"), timeout=CALL_SECONDS):  # noqa: S310 - checked above
            return
    except HTTPError as error:
        with error:
            raise HeartbeatError(f"the outside checker refuses: {error.reason}") from error
    except (URLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or type(error).__name__
        raise HeartbeatError(f"the outside checker cannot be called: {why}") from error
