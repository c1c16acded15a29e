"""The page of the audit log: who did and looked at what, and whether the chain holds."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from collector import audit
from console import acts
from console.pages.render import desk, page


def audit_list(request: Request) -> Response:
    """Newest first; `?check` walks the whole chain, which takes a second for 100,000 rows."""
    asked = request.query_params
    actor, action = asked.get("actor", "")[:100], asked.get("action", "")[:100]
    text = asked.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    with desk(request).store.read() as connection:
        found = acts.acts(connection, actor=actor, action=action, before=before)
        chain = audit.verify(connection) if "check" in asked else None
        kinds, total = acts.kinds(connection), acts.count(connection)
    return page(
        request,
        "audit",
        here="audit",
        acts=found,
        chain=chain,
        kinds=kinds,
        total=total,
        actor=actor,
        action=action,
        older=found[-1].seq if len(found) == acts.AT_ONCE else None,
    )
