"""Rule memory-less: a PC keeps the memory that it had."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.altered import failing, unaltered, unexplained
from alerts.rules.rule import Rule
from collector.inventory.model import Machine

NOTICED_RATIO = 0.9
"""Graphics and firmware take more or less of it from one start to the next; a module is far more."""


def judge(office: Office, declared: Machine) -> Finding:
    """By the size before the first unexplained loss and the size now; put back, it is none."""
    found = tuple(
        one
        for one in unexplained(office, "memory-less", declared.id, "hardware")
        if one.path == "memory.total_bytes"
        and isinstance(one.before, int)
        and isinstance(one.after, int)
    )
    less = tuple(one for one in found if one.after < one.before * NOTICED_RATIO)
    if not less or found[-1].after >= less[0].before * NOTICED_RATIO:
        return unaltered("memory-less", "hardware", office, declared)
    values = {"before_bytes": less[0].before, "after_bytes": found[-1].after}
    return failing("memory-less", declared, less, "less", values)


RULE = Rule(
    id="memory-less",
    item=23,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
