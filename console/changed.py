"""One mark for all that a live page shows: another mark, another look. Pure but for its memory."""

from __future__ import annotations

import hashlib

from console.desk import Desk, Moment


def mark_of(here: Desk) -> str:
    """Of the office as it is now; worked out once for all who ask."""
    moment, told = here.derived("mark", machines_mark)
    return mark(moment, told)


def machines_mark(moment: Moment) -> bytes:
    """Of the PCs and the verdicts, which are the bulk of it and change with a look alone."""
    told = hashlib.sha256()
    for asset, machine in sorted(moment.office.state.machines.items()):
        agent, load = machine.agent, machine.load
        told.update(f"{asset} {agent and agent.last_report_at} {load and load.report}\n".encode())
    for finding in moment.findings:
        told.update(f"{finding.rule} {finding.subject} {finding.verdict}\n".encode())
    return told.digest()


def mark(moment: Moment, machines: bytes) -> str:
    """The same for two moments that look the same on a page; tells nothing else."""
    told = hashlib.sha256(machines)
    for incident in moment.incidents:
        told.update(f"{incident.id} {incident.state} {incident.level}\n".encode())
    return told.hexdigest()[:16]
