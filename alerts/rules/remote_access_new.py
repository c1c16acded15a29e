"""Rule remote-access-new: no tool that steers a PC from afar comes without anybody's word."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.altered import failing, unaltered, unexplained
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.lately import Altered, matches


def judge(office: Office, declared: Machine) -> Finding:
    """Tools that came since the first inventory, are not approved and are still there."""
    approved = office.inventory.software.approved
    found = tuple(
        one
        for one in unexplained(office, "remote-access-new", declared.id, "software")
        if one.path == "remote_access"
    )
    came = {name for one in found for name in _tools(one.after) - _tools(one.before)}
    now = _tools(found[-1].after) if found else set()
    new = sorted(name for name in came & now if not matches(name, approved))
    if not new:
        return unaltered("remote-access-new", "software", office, declared)
    brought = tuple(one for one in found if _brought(one, new))
    values = {"programs": ", ".join(new)}
    return failing("remote-access-new", declared, brought, "new", values, "security")


def _brought(one: Altered, new: list[str]) -> bool:
    return bool((_tools(one.after) - _tools(one.before)) & set(new))


def _tools(value: object) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list) else set()


RULE = Rule(
    id="remote-access-new",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="other:undetermined",
    group="N2",
)
