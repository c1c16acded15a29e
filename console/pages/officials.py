"""The page of officials: who works with what, and whether it meets item 23."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from console import machines, officials
from console.officials import OfficialRow
from console.pages.render import desk, page
from console.paging import part


def official_list(request: Request) -> Response:
    """Grouped by department, as the office is."""
    found = rows(request)
    sizes = Counter(one.department for one in found)
    order = list(sizes)
    together = sorted(found, key=lambda one: order.index(one.department))
    shown = part(together, request.query_params.get("page"))
    groups: dict[str, list[OfficialRow]] = {}
    for one in shown.rows:
        groups.setdefault(one.department, []).append(one)
    counted = [one for one in found if one.specialist]
    counts = {
        verdict: sum(one.verdict == verdict for one in counted)
        for verdict in ("pass", "fail", "unknown")
    }
    return page(
        request,
        "officials",
        here="officials",
        groups=groups,
        sizes=sizes,
        part_of=shown,
        counts=counts,
        total=len(found),
        counted=len(counted),
    )


def rows(request: Request) -> tuple[OfficialRow, ...]:
    """Of the moment that is shown."""
    moment, seen = desk(request).derived(
        "machines", lambda one: machines.rows(one.office, one.findings)
    )
    return officials.rows(moment.office.inventory, moment.targets, seen)
