"""The city's page: its wards by their signed figures."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from console import rollup
from console.pages.render import desk, page

COLOURS = {"telling": "pass", "silent": "unknown", "never": "unknown", "not-joined": "unknown"}


def ward_list(request: Request) -> Response:
    """Every declared ward, the silent ones first and as unknown; the whole city above them."""
    found = rollup.look(desk(request))
    wards = sorted(found.wards, key=lambda ward: ward.state == "telling")
    return page(request, "wards", here="wards", city=found, wards=wards, colours=COLOURS)
