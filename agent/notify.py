"""What the agent tells systemd about itself: sd_notify(3), without its library."""

from __future__ import annotations

import os
import socket
import sys

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"
ALIVE_SECONDS = 50.0
"""A sixth of the unit's WatchdogSec, and less than the loop's longest sleep: a word a minute."""


class Pulse:
    """Says that the loop goes round, not more often than is needed."""

    def __init__(self) -> None:
        self._said_at = float("-inf")

    def beat(self, now: float) -> None:
        """One round is over; `now` is monotonic."""
        if now - self._said_at >= ALIVE_SECONDS:
            self._said_at = now
            tell(ALIVE)


def tell(state: str) -> None:
    """Say one word to the service manager; nothing where none asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or sys.platform == "win32":
        return
    # A leading @ stands for the zero byte of an abstract socket.
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        try:
            there.connect(name)
            there.send(state.encode())
        except OSError:
            return  # systemd that is gone needs no word, and its watchdog acts where it is not
