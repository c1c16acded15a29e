"""Which lines this machine's own traffic takes: a line that it does not take can't be judged here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.parse.network import gateway
from collector.inventory.model import Line

ROUTES = Path("/proc/net/route")


def reached(declared: Sequence[Line], default_gateway: str | None) -> tuple[Line, ...]:
    """The lines that lead out through that gateway.

    Asking a second line's targets through the first line's router would call the second one up on
    the first one's evidence; so the gateways must be equal. One line alone needs none declared.
    """
    if len(declared) == 1 and declared[0].gateway is None:
        return tuple(declared)
    return tuple(line for line in declared if line.gateway and line.gateway == default_gateway)


def own_gateway(routes: Path = ROUTES) -> str | None:
    """This machine's default gateway; None where it has none or the table can't be read."""
    try:
        return gateway(routes.read_text())
    except OSError:
        return None
