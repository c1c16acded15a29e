"""Whether the clock is kept right: deadlines and evidence rest on it."""

from __future__ import annotations

from agent.checks.check import Check, judged, unknown, unread
from agent.host.reader import Reader
from agent.parse.lines import assignments

SOURCE = "timedatectl show"


def time_sync(reader: Reader) -> Check:
    """What the kernel says by way of systemd; it counts chrony and ntpd too."""
    text = reader.output("timedatectl", "time-sync")
    if text is None:
        return unread(SOURCE, reader, "timedatectl is not installed")
    told = assignments(text).get("NTPSynchronized")
    if told not in {"yes", "no"}:
        return unknown(SOURCE, "it does not tell")
    words = "kept right by NTP" if told == "yes" else "the clock runs free"
    return judged(SOURCE, words, good=told == "yes")
