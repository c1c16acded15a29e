"""Rule backup-late: every set has a backup that is younger than its recovery point objective."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from backup.status import SetStatus
from collector.inventory.model import BackupSet
from collector.office_hours import rested
from collector.presence import never_off


def judge(office: Office, declared: BackupSet) -> Finding:
    """Late once older than the RPO; a set never backed up has that long from joining.

    Of a machine that rests with the office, days on which it does not open (weekends, Tết) do not
    count: nothing is written there on them, and nobody could make it back up.
    """
    status = office.backups.sets.get(declared.id, SetStatus(set=declared.id))
    rpo = timedelta(hours=declared.rpo_hours)
    values: dict[str, str | int | float] = {
        "rpo_hours": declared.rpo_hours,
        "machine": declared.machine,
    }
    if status.last_success_at is None:
        return _never(office, declared, status, values)
    age = _age(office, declared, status.last_success_at)
    values |= {"success_at": status.last_success_at.isoformat(), "error": status.last_error or ""}
    seen = (Seen("last-success", {"success_at": status.last_success_at.isoformat()}),)
    evidence = (
        Evidence(declared.machine, "backup", seen, status.last_receipt, status.last_success_at),
    )
    if age > rpo:
        return Finding("backup-late", declared.id, "fail", "late", values, evidence)
    because = "fresh-but-failing" if status.last_error else "fresh"
    return Finding("backup-late", declared.id, "pass", because, values, evidence)


def _age(office: Office, declared: BackupSet, since: datetime) -> timedelta:
    machine = office.inventory.machine(declared.machine)
    whole = office.now - since
    if machine is None or never_off(machine):
        return whole
    return whole - rested(office.inventory.site, since, office.now)


def _never(
    office: Office,
    declared: BackupSet,
    status: SetStatus,
    values: dict[str, str | int | float],
) -> Finding:
    machine = office.state.machines.get(declared.machine)
    agent = machine.agent if machine else None
    failed = Seen("backup-failed", {"error": status.last_error or ""})
    seen = failed if status.last_error else Seen("no-receipt")
    evidence = (Evidence(declared.machine, "backup", (seen,)),)
    if agent is None:
        return Finding("backup-late", declared.id, "unknown", "not-joined", values, evidence)
    if _age(office, declared, agent.joined_at) <= timedelta(hours=declared.rpo_hours):
        return Finding("backup-late", declared.id, "unknown", "not-yet", values, evidence)
    return Finding("backup-late", declared.id, "fail", "never", values, evidence)


RULE = Rule(
    id="backup-late",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.backups,
    judge=judge,
    tag="availability:outage",
    group="N4",
)
