"""The families of the Internet lines: what is seen now, and what is kept over days."""

from __future__ import annotations

from collections.abc import Iterator

from collector.exposition import Family, Sample
from collector.inventory.model import Inventory
from collector.state import State

MBIT = 1_000_000


def lines(inventory: Inventory, state: State) -> Iterator[Family]:
    """What is seen of the Internet lines."""
    yield from _now(inventory, state)
    yield from _over_days(inventory, state)
    yield _promised(inventory)


def _now(inventory: Inventory, state: State) -> Iterator[Family]:
    """By the newest look at each line."""
    site = inventory.site.id
    newest = {
        line.id: state.lines[line.id][0] for line in inventory.lines if state.lines.get(line.id)
    }
    yield Family(
        "wardwatch_line_up",
        "gauge",
        "1 while at least one independent target answers over the line",
        tuple(Sample(_line(name, site), int(seen.up)) for name, seen in newest.items()),
    )
    yield Family(
        "wardwatch_line_latency_seconds",
        "gauge",
        "Time to connect to the target that answered first",
        tuple(
            Sample(_line(name, site), min(answers))
            for name, seen in newest.items()
            if (
                answers := [
                    t.latency_seconds for t in seen.targets if t.latency_seconds is not None
                ]
            )
        ),
    )
    yield Family(
        "wardwatch_line_loss_ratio",
        "gauge",
        "Share of the newest look's questions that the best target left without an answer in time",
        tuple(
            Sample(_line(name, site), min(lost))
            for name, seen in newest.items()
            if (lost := [t.lost / t.asked for t in seen.targets])
        ),
    )
    yield Family(
        "wardwatch_line_jitter_seconds",
        "gauge",
        "How much the time to connect wavers, at the target that wavers least",
        tuple(
            Sample(_line(name, site), min(wavers))
            for name, seen in newest.items()
            if (wavers := [t.jitter_seconds for t in seen.targets if t.jitter_seconds is not None])
        ),
    )


def _promised(inventory: Inventory) -> Family:
    return Family(
        "wardwatch_line_contract_bits_per_second",
        "gauge",
        "The rate that the contract promises",
        tuple(
            Sample({**_line(line.id, inventory.site.id), "direction": direction}, rate * MBIT)
            for line in inventory.lines
            for direction, rate in (
                ("down", line.down_mbit_per_second),
                ("up", line.up_mbit_per_second),
            )
        ),
    )


def _line(line: str, site: str) -> dict[str, str]:
    return {"asset": line, "site": site, "line": line}


def _over_days(inventory: Inventory, state: State) -> Iterator[Family]:
    """Speed by the newest test over the Internet, and availability by hours and window."""
    site = inventory.site.id
    facts = {
        line.id: state.line_facts[line.id]
        for line in inventory.lines
        if line.id in state.line_facts
    }
    newest = {
        name: speed
        for name, known in facts.items()
        if (speed := next((one for one in known.speeds if one.scope == "internet"), None))
    }
    yield Family(
        "wardwatch_line_download_bits_per_second",
        "gauge",
        "Download rate by the newest speed test over the Internet",
        tuple(Sample(_line(name, site), one.down_bits_per_second) for name, one in newest.items()),
    )
    yield Family(
        "wardwatch_line_upload_bits_per_second",
        "gauge",
        "Upload rate by the newest speed test over the Internet",
        tuple(Sample(_line(name, site), one.up_bits_per_second) for name, one in newest.items()),
    )
    yield Family(
        "wardwatch_line_availability_ratio",
        "gauge",
        "Share of the time looked at in which the line was up; whole days and today",
        tuple(
            Sample({**_line(name, site), "hours": hours, "window": window}, ratio)
            for name, known in facts.items()
            for window, seen in known.availability.items()
            for hours, ratio in (("office", seen.office_ratio), ("all", seen.all_ratio))
            if ratio is not None
        ),
    )
