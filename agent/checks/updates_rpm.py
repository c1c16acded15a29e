"""Security updates on systems of rpm, by what dnf knows without asking the network."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from agent.checks.check import Check, is_to_come, judged, unknown, unread
from agent.host.reader import Reader

CACHES = ("/var/cache/dnf", "/var/cache/libdnf5")
SOURCE = "dnf"
STALE = timedelta(days=30)
"""A mirror's lists change daily; ones a month old say nothing of what is missing now."""
STAMP = re.compile(r"<timestamp>(\d{9,11})(?:\.\d+)?</timestamp>")
# dnf 4 writes `Important/Sec.`, dnf 5 `security`.
SECURITY = re.compile(r"^\S+ .*(?:/Sec\.|\bsecurity\b)", re.MULTILINE)
WHOLE = "Last metadata expiration check"


def updates(reader: Reader) -> Check:
    """Nothing of security waits, by lists that are fresh enough to know."""
    dates = [at for folder in CACHES if (at := _newest(reader, folder))]
    newest = max((at for at in dates if not is_to_come(at, reader.host.at)), default=None)
    if newest is None:
        return unread(CACHES[0], reader, "no package lists of dnf: never refreshed")
    if reader.host.at - newest > STALE:
        return unknown(CACHES[0], f"the package lists are of {newest.date()}: too old to tell")
    text = reader.output("dnf", "updates")
    if text is None:
        return unread(SOURCE, reader, "dnf is not installed")
    security = len(SECURITY.findall(text))
    if not security and WHOLE not in text:
        return unknown(SOURCE, "its answer is not whole")
    return judged(SOURCE, f"{security} security updates are waiting", good=security == 0)


def _newest(reader: Reader, folder: str) -> datetime | None:
    stamps = [
        int(found)
        for name in reader.names(folder, "updates") or ()
        for found in STAMP.findall(
            reader.text(f"{folder}/{name}/repodata/repomd.xml", "updates") or ""
        )
    ]
    return datetime.fromtimestamp(max(stamps), UTC) if stamps else None
