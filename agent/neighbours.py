"""Which of the office's silent PCs this one still sees on its network; never a word of any other.

The collector names the addresses (MAC) of the PCs that it misses; the answer is which of these
stand in this PC's own table of neighbours. Whatever else stands there does not leave the PC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.host import Host, Neighbour, UnreadableError
from agent.lean import Any
from agent.report import Gap, Reading

KIND = "neighbours"
NOTE = "neighbours:sought"
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
MOST = 64
"""Addresses in one question; a list that is longer is none of ours."""
CLASS, NAMESPACE = "MSFT_NetNeighbor", "root\\StandardCimv2"
STATES: Mapping[str, str] = {"2": "stale", "3": "stale", "4": "stale", "5": "reachable"}
"""NlnsProbe, NlnsDelay, NlnsStale, NlnsReachable of NL_NEIGHBOR_STATE (nldef.h)."""


def sought(found: Any) -> tuple[str, ...]:
    """The addresses out of the collector's answer: data alone, and none where it is not all of it."""
    if not isinstance(found, list) or len(found) > MOST:
        return ()
    if not all(isinstance(one, str) and MAC.fullmatch(one) for one in found):
        return ()
    return tuple(sorted(set(found)))


def probe(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    """`notes` hold the addresses that are sought; without any, nothing is even read."""
    wanted = sought((notes or {}).get(NOTE, "").split())
    if not wanted:
        return Reading({"seen": []})
    try:
        known = _windows(host) if host.system == "windows" else host.neighbours()
    except UnreadableError as problem:
        return Reading({}, (Gap(KIND, problem.cause),))
    newest: dict[str, Neighbour] = {}
    for one in sorted(known, key=_freshness):
        newest[one.mac] = one
    return Reading({"seen": [_row(newest[mac]) for mac in wanted if mac in newest]})


def _freshness(one: Neighbour) -> tuple[bool, float]:
    """A PC has a row for each of its IP addresses: that which answered last tells."""
    age = float("inf") if one.confirmed_seconds is None else one.confirmed_seconds
    return one.state == "reachable", -age


def _row(one: Neighbour) -> dict[str, Any]:
    row: dict[str, Any] = {"mac": one.mac, "state": one.state}
    if one.confirmed_seconds is not None:
        row["confirmed_seconds"] = round(one.confirmed_seconds)
    return row


def _windows(host: Host) -> tuple[Neighbour, ...]:
    found = []
    for row in host.wmi(CLASS, NAMESPACE):
        mac = row.get("LinkLayerAddress", "").lower().replace("-", ":")
        state = STATES.get(row.get("State", ""))
        if state and MAC.fullmatch(mac):
            found.append(Neighbour(mac, state))
    return tuple(found)
