"""The officer's API: every address with its function and shapes, and the document of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alerts import queries
from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.targets import Target
from backup.status import Backups
from collector.changes import Change
from collector.summary.city import City
from console.acts import Act
from console.device_rows import DeviceRow
from console.machines import MachineRow
from console.officials import OfficialRow
from console.pages.asked import (
    act,
    agents,
    approve,
    audit_list,
    backups,
    change_list,
    check,
    device_list,
    finding_list,
    incident,
    incident_list,
    inventory,
    join,
    machine,
    machine_list,
    official_list,
    report,
    save,
    status,
    target_list,
    user_list,
    ward_list,
)
from console.pages.shapes import (
    Approving,
    Checked,
    Deed,
    Funnel,
    Inventoried,
    Join,
    OneMachine,
    Saved,
    Saving,
    Status,
    Text,
    Told,
    Wish,
)
from console.people import User

BODY_BYTES_MOST = 1024 * 1024
PROBLEM = "application/problem+json"

READS: dict[str, tuple[Callable[[Request], Any], Any]] = {
    "/api/status": (status, Status),
    "/api/machines": (machine_list, tuple[MachineRow, ...]),
    "/api/machines/{asset}": (machine, OneMachine),
    "/api/machines/{asset}/changes": (change_list, tuple[Change, ...]),
    "/api/devices": (device_list, tuple[DeviceRow, ...]),
    "/api/wards": (ward_list, City),
    "/api/users": (user_list, tuple[User, ...]),
    "/api/inventory": (inventory, Inventoried),
    "/api/officials": (official_list, tuple[OfficialRow, ...]),
    "/api/findings": (finding_list, tuple[Finding, ...]),
    "/api/targets": (target_list, tuple[Target, ...]),
    "/api/incidents": (incident_list, tuple[Incident, ...]),
    "/api/incidents/{id}": (incident, queries.File),
    "/api/backups": (backups, Backups),
    "/api/agents": (agents, Funnel),
    "/api/audit": (audit_list, tuple[Act, ...]),
}
ACTS: dict[str, tuple[Callable[[Request, Any], Any], Any, Any]] = {
    "/api/incidents/{id}/actions": (act, Deed, queries.File),
    "/api/tokens": (join, Wish, Join),
    "/api/incidents": (report, Told, queries.File),
    "/api/incidents/{id}/sending": (approve, Approving, queries.File),
    "/api/inventory": (save, Saving, Saved),
    "/api/inventory/check": (check, Text, Checked),
}
"""By address: the function, what it is sent, what it answers. One more is a line here and, where
more than the officer may ask it, one in console/roles.py."""


def routes() -> list[Route]:
    """All of them, and the document that describes them."""
    return [
        *(Route(path, _reading(function)) for path, (function, _) in READS.items()),
        *(
            Route(path, _acting(function, body), methods=["POST"])
            for path, (function, body, _) in ACTS.items()
        ),
        Route("/api/openapi.json", lambda _: JSONResponse(document())),
    ]


def _reading(function: Callable[[Request], Any]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return _told(lambda: function(request))

    return endpoint


def _acting(
    function: Callable[[Request, Any], Any], body: Any
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        # A form of another site can't send this type without asking the browser first.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _problem(415, "send application/json")
        content = b""
        async for chunk in request.stream():
            content += chunk
            if len(content) > BODY_BYTES_MOST:
                return _problem(413, "this is too large")
        try:
            asked = msgspec.json.decode(content, type=body)
        except msgspec.MsgspecError as error:
            return _problem(400, str(error))
        return await run_sync(_told, lambda: function(request, asked))

    return endpoint


def _told(work: Callable[[], Any]) -> Response:
    try:
        return Response(msgspec.json.encode(work()), media_type="application/json")
    except HTTPException as error:
        return _problem(error.status_code, str(error.detail))


def _problem(status: int, title: str) -> Response:
    told = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(told, status, media_type=PROBLEM)


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1 of all that stands in READS and ACTS."""
    types = [one for _, one in READS.values()]
    types += [one for _, body, answer in ACTS.values() for one in (body, answer)]
    found, schemas = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    shapes = dict(zip(map(str, types), found, strict=True))
    paths: dict[str, Any] = {}
    for path, (function, answer) in READS.items():
        paths.setdefault(path, {})["get"] = _operation(path, function, shapes[str(answer)])
    for path, (act_, body, answer) in ACTS.items():
        told = _operation(path, act_, shapes[str(answer)])
        told["requestBody"] = {"required": True, "content": _json(shapes[str(body)])}
        paths.setdefault(path, {})["post"] = told
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wardwatch console",
            "version": version("wardwatch"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-wardwatch"},
            },
        },
    }


def _operation(path: str, function: Callable[..., Any], answer: Any) -> dict[str, Any]:
    names = [one[1:-1] for one in path.split("/") if one.startswith("{")]
    refused = {"description": "refused", "content": {PROBLEM: {"schema": {"type": "object"}}}}
    return {
        "operationId": f"{function.__name__}",
        "summary": (function.__doc__ or "").strip(),
        "parameters": [
            {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
            for one in names
        ],
        "responses": {
            "200": {"description": "answered", "content": _json(answer)},
            "4XX": refused,
        },
    }


def _json(shape: Any) -> dict[str, Any]:
    return {"application/json": {"schema": shape}}
