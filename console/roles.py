"""Who may open what: four roles, and every address that is open to more than the officer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Role = Literal["officer", "viewer", "police", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

_ALL = frozenset(ROLES)
_READERS = frozenset[Role]({"viewer", "auditor"})
_AUDITOR = frozenset[Role]({"auditor"})
_POLICE = frozenset[Role]({"police"})

OPEN_TO: Mapping[tuple[str, str], frozenset[Role]] = {
    # One's own sign-in, whoever one is.
    ("GET", "/sign-in"): _ALL,
    ("POST", "/sign-in"): _ALL,
    ("GET", "/oidc/start"): _ALL,
    ("GET", "/oidc/callback"): _ALL,
    ("GET", "/link/{token}"): _ALL,
    ("POST", "/link/{token}"): _ALL,
    ("GET", "/language/{language}"): _ALL,
    ("GET", "/password"): _ALL,
    ("POST", "/password"): _ALL,
    ("GET", "/second-factor"): _ALL,
    ("POST", "/second-factor"): _ALL,
    ("POST", "/sign-out"): _ALL,
    # Figures and states of the office: whoever answers for it, and whoever checks it.
    ("GET", "/"): _READERS,
    ("GET", "/live"): _READERS,
    ("GET", "/machines"): _READERS,
    ("GET", "/machines/{asset}"): _READERS,
    ("GET", "/findings"): _READERS,
    ("GET", "/targets"): _READERS,
    ("GET", "/wards"): _READERS,
    ("GET", "/lines"): _READERS,
    ("GET", "/lines/{id}"): _READERS,
    ("GET", "/devices"): _READERS,
    ("GET", "/devices/{id}"): _READERS,
    ("GET", "/backups"): _READERS,
    ("GET", "/incidents"): _READERS,
    ("GET", "/officials"): _READERS,
    ("GET", "/export/officials.{format:str}"): _READERS,
    ("GET", "/export/machines.{format:str}"): _READERS,
    ("GET", "/export/findings.{format:str}"): _READERS,
    ("GET", "/export/targets.{format:str}"): _READERS,
    ("GET", "/export/incidents.{format:str}"): _READERS,
    ("GET", "/export/lines.{format:str}"): _READERS,
    ("GET", "/export/line-interruptions.{format:str}"): _READERS,
    ("GET", "/export/line-tests.{format:str}"): _READERS,
    ("GET", "/export/line-days.{format:str}"): _READERS,
    ("GET", "/export/devices.{format:str}"): _READERS,
    ("GET", "/export/strangers.{format:str}"): _READERS,
    ("GET", "/export/wards.{format:str}"): _READERS,
    ("GET", "/export/changes.{format:str}"): _READERS,
    ("GET", "/export/verdicts.{format:str}"): _READERS,
    ("GET", "/export/checks.{format:str}"): _READERS,
    ("GET", "/export/presence.{format:str}"): _READERS,
    ("GET", "/api/openapi.json"): _READERS,
    ("GET", "/api/status"): _READERS,
    ("GET", "/api/machines"): _READERS,
    ("GET", "/api/clocks"): _READERS,
    ("GET", "/api/machines/{asset}/changes"): _READERS,
    ("GET", "/api/machines/{asset}/past"): _READERS,
    ("GET", "/api/lines"): _READERS,
    ("GET", "/api/lines/{id}"): _READERS,
    ("GET", "/api/devices"): _READERS,
    ("GET", "/api/devices/strangers"): _READERS,
    ("GET", "/api/devices/{id}"): _READERS,
    ("GET", "/api/wards"): _READERS,
    ("GET", "/api/officials"): _READERS,
    ("GET", "/api/findings"): _READERS,
    ("GET", "/api/targets"): _READERS,
    ("GET", "/api/targets/days"): _READERS,
    ("GET", "/api/incidents"): _READERS,
    ("GET", "/api/backups"): _READERS,
    ("GET", "/api/backups/plan"): _READERS,
    ("GET", "/api/backups/course"): _READERS,
    ("GET", "/api/backups/holds"): _READERS,
    ("GET", "/api/audit"): _AUDITOR,
    ("GET", "/api/audit/chain"): _AUDITOR,
    # What the figures rest on holds addresses and accounts: for who has to check it alone.
    ("GET", "/reports/{id:int}"): _AUDITOR,
    ("GET", "/api/reports/{id:int}"): _AUDITOR,
    ("GET", "/audit"): _AUDITOR,
    ("GET", "/export/audit.{format:str}"): _AUDITOR,
    # The police read what was handed over to them, and nothing else.
    ("GET", "/handed"): _POLICE,
    ("GET", "/handed/{number:int}"): _POLICE,
    ("GET", "/export/handed.{format:str}"): _POLICE,
    ("GET", "/api/handed"): _POLICE,
    ("GET", "/api/handed/{number:int}"): _POLICE,
}
"""What is not named here is the officer's alone: a new page is closed until somebody opens it."""

PERSONAL = frozenset(
    {
        "/machines/{asset}",
        "/reports/{id:int}",
        "/handed/{number:int}",
        "/incidents/{id}",
        "/incidents/{id}/file.zip",
        "/incidents/{id}/files/{file:int}",
        "/backups/{set}/restore",
        "/officials",
        "/api/machines",
        "/api/machines/{asset}",
        "/api/machines/{asset}/changes",
        "/api/machines/{asset}/past",
        "/api/reports/{id:int}",
        "/api/officials",
        "/api/incidents/{id}",
        "/api/incidents/{id}/papers",
        "/api/incidents/{id}/files/{file:int}",
        "/api/incidents/{id}/file.zip",
        "/api/handed/{number:int}",
        "/api/backups/{set}/restore",
        "/api/backups/restored",
        "/api/backups/restored/{name}",
        "/export/machines.{format:str}",
        "/export/officials.{format:str}",
        "/export/changes.{format:str}",
        "/export/verdicts.{format:str}",
        "/export/checks.{format:str}",
        "/export/presence.{format:str}",
    }
)
"""What shows or takes along what belongs to officials: every look is a row in the audit log."""


def may(role: Role, method: str, path: str) -> bool:
    """Whether that role may ask that route (its pattern, as the application's table has it)."""
    asked = "GET" if method == "HEAD" else method
    if role == "officer":
        return True
    return role in OPEN_TO.get((asked, path), frozenset())


def home(role: Role) -> str:
    """Where that role begins."""
    return "/handed" if role == "police" else "/"


def role(text: str) -> Role | None:
    """That word as a role, or None."""
    return next((one for one in ROLES if one == text), None)
