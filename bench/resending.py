"""Simulated PCs that say the same again until the collector has it, whatever dies in between."""

from __future__ import annotations

import http.client
import secrets
import ssl
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from collector.simulation.fleet import Member
from collector.simulation.load import section

INTERVAL_SECONDS = 2.0
AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 10.0


class Fleet:
    """One thread a PC: accepted when a report is made, and sent until it is said to be stored."""

    def __init__(self, members: Sequence[Member], port: int, ca_file: Path) -> None:
        self._port = port
        self._trust = ssl.create_default_context(cafile=ca_file)
        self._ending = threading.Event()
        self.epochs = {member.agent: secrets.token_hex(16) for member in members}
        self.accepted: Counter[str] = Counter()
        """By agent: its numbers run from 1 to this."""
        self.tries = 0
        self._threads = [threading.Thread(target=self._live, args=(one,)) for one in members]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Make no more reports, and wait until each that was made is said to be stored."""
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _live(self, member: Member) -> None:
        while not self._ending.wait(INTERVAL_SECONDS * (0.5 + secrets.randbelow(1000) / 1000)):
            self.accepted[member.agent] += 1
            seq = self.accepted[member.agent]
            report = {"seq": seq, "kind": "load", "gaps": (), "section": section(seq)}
            told = {"version": 1, "epoch": self.epochs[member.agent], "reports": (report,)}
            body = msgspec.json.encode(told)
            while not self._stored(member, seq, body):
                self.tries += 1
                threading.Event().wait(AGAIN_SECONDS)

    def _stored(self, member: Member, seq: int, body: bytes) -> bool:
        """Whether the collector's answer names the number; whatever else it is, come again."""
        line = http.client.HTTPSConnection(
            "127.0.0.1", self._port, timeout=PATIENCE_SECONDS, context=self._trust
        )
        shown = {"Authorization": f"Bearer {member.agent}.{member.key}"}
        try:
            line.request("POST", "/v1/reports", body, shown)
            answer = line.getresponse()
            return answer.status == 200 and seq in msgspec.json.decode(answer.read())["seqs"]
        except (OSError, http.client.HTTPException):
            return False  # it is down, or was killed half way through an answer
        finally:
            with suppress(OSError):
                line.close()
