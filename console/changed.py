"""One mark for all that a live page shows: another mark, another look."""

from __future__ import annotations

import hashlib
from functools import partial

from backup import underway
from console.desk import Desk, Moment


def mark_of(here: Desk) -> str:
    """Of the office as it is now; worked out once for all who ask."""
    moment, told = here.derived("mark", partial(_told, here))
    return mark(moment, told)


def _told(here: Desk, moment: Moment) -> bytes:
    return machines_mark(moment) + work_mark(here, moment)


def work_mark(here: Desk, moment: Moment) -> bytes:
    """Of what runs: when each was told last says nothing new, but that it has fallen silent does."""
    with here.store.read() as connection:
        running = underway.backups(connection, moment.office.state.machines, moment.office.now)
        proving = underway.proofs(connection, moment.office.now)
    told = hashlib.sha256()
    for one in running:
        told.update(f"{one.machine} {one.set} {one.stage}\n".encode())
    for two in proving:
        told.update(f"{two.kind} {two.repository} {two.set} {two.bytes} {two.quiet}\n".encode())
    return told.digest()


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
