"""One speed test from the permit to the receipt; whatever goes wrong is told in it, never raised."""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent import settings
from agent.bandwidth import PROVIDERS, Provider, permit
from agent.bandwidth.measure import Course, MeasureError
from agent.bandwidth.permit import Permit
from agent.bandwidth.transfer import latency
from agent.line import pins
from agent.line.looking import split
from agent.line.pins import PinsError, Speed
from agent.settings import Settings, SettingsError

PINGS = 10
PING_TIMEOUT_SECONDS = 2.0


def run(
    line: str, state: Path, job: int, providers: Mapping[str, Provider] = PROVIDERS
) -> dict[str, Any]:
    """The section of a report of the kind `bandwidth`."""
    told: dict[str, Any] = {"line": line, "provider": "none", "job": job}
    try:
        speed = _pinned(state, line)
        told |= {"provider": speed.provider, "scope": speed.scope}
        known, pem = settings.joined(state)
        allowed = permit.ask(known, pem, line, job)
        told["generation"] = allowed.generation
        return told | measured(speed, known, pem, allowed, providers)
    except MeasureError as problem:
        used = {} if problem.bytes_used is None else {"bytes_used": problem.bytes_used}
        return told | used | {"error": str(problem)}
    except (SettingsError, PinsError) as problem:
        return told | {"error": str(problem)}


def measured(
    speed: Speed, known: Settings, pem: str, allowed: Permit, providers: Mapping[str, Provider]
) -> dict[str, Any]:
    """Idle latency first, then both ways. Raises MeasureError."""
    own = speed.server is None
    host, port = (known.host, known.port) if speed.server is None else split(speed.server)
    if own and speed.provider != "http":
        raise MeasureError(f"no server is pinned for {speed.provider}", 0)
    pings = [latency(host, port, PING_TIMEOUT_SECONDS) for _ in range(PINGS)]
    heard = [one for one in pings if one is not None]
    if not heard:
        raise MeasureError("the speed-test server does not answer", 0)
    course = Course(
        host,
        port,
        allowed.end_at,
        allowed.most_bytes,
        # The ticket opens the collector's own door, and is nobody else's business.
        allowed.ticket if own else "",
        pem if own else None,
    )
    rates = providers[speed.provider](course)
    steps = [abs(one - other) for one, other in pairwise(heard)]
    found = {
        "server": f"{host}:{port}",
        "down_bits_per_second": round(rates.down_bits_per_second),
        "up_bits_per_second": round(rates.up_bits_per_second),
        "bytes_used": rates.bytes_used,
        "latency_seconds": round(statistics.median(heard), 6),
        "jitter_seconds": round(statistics.mean(steps), 6) if steps else None,
        "loaded_latency_seconds": rates.loaded_latency_seconds
        and round(rates.loaded_latency_seconds, 6),
    }
    return {name: value for name, value in found.items() if value is not None}


def _pinned(state: str | os.PathLike[str], line: str) -> Speed:
    found = pins.understood(pins.load(state) or "").get(line)
    if found is None or found.speed is None:
        raise MeasureError(f"no speed test of the line {line} is pinned on this PC")
    return found.speed
