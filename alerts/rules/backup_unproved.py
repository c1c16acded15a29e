"""Rule backup-unproved: every set was restored and compared byte for byte, recently enough."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from backup.status import Drill, SetStatus
from collector.inventory.model import BackupSet


def judge(office: Office, declared: BackupSet) -> Finding:
    """A failed drill fails at once; else the newest proof must not be older than `drill_days`."""
    status = office.backups.sets.get(declared.id, SetStatus(set=declared.id))
    drill = status.last_drill
    values: dict[str, str | int | float] = {"days": declared.drill_days}
    if drill is not None and not drill.ok:
        values |= {"count": len(drill.mismatched), "error": drill.error or "-"}
        evidence = (_evidence(declared, drill),)
        return Finding(
            "backup-unproved",
            declared.id,
            "fail",
            "drill-failed",
            values,
            evidence,
            signal_at=drill.at,
        )
    if status.last_proof_at is None:
        return _never(office, declared, status, values)
    values |= {"proof_at": status.last_proof_at.isoformat(), "files": drill.files if drill else 0}
    evidence = (
        _evidence(declared, drill)
        if drill
        else Evidence(
            declared.machine, "drill", (Seen("proved"),), received_at=status.last_proof_at
        ),
    )
    if office.now - status.last_proof_at > timedelta(days=declared.drill_days):
        return Finding("backup-unproved", declared.id, "fail", "old", values, evidence)
    return Finding("backup-unproved", declared.id, "pass", "proved", values, evidence)


def _never(
    office: Office,
    declared: BackupSet,
    status: SetStatus,
    values: dict[str, str | int | float],
) -> Finding:
    if status.last_success_at is None:
        return Finding("backup-unproved", declared.id, "unknown", "nothing-to-prove", values)
    machine = office.state.machines.get(declared.machine)
    agent = machine.agent if machine else None
    seen = Seen("never-drilled", {"success_at": status.last_success_at.isoformat()})
    evidence = (Evidence(declared.machine, "backup", (seen,), status.last_receipt),)
    if agent is not None and office.now - agent.joined_at <= timedelta(days=declared.drill_days):
        return Finding("backup-unproved", declared.id, "unknown", "not-yet", values, evidence)
    return Finding("backup-unproved", declared.id, "fail", "never", values, evidence)


def _evidence(declared: BackupSet, drill: Drill) -> Evidence:
    values = {"files": drill.files, "bytes": drill.bytes, "count": len(drill.mismatched)}
    seen = [Seen("drill-equal" if drill.ok else "drill-failed", values)]
    if drill.error:
        seen.append(Seen("error", {"error": drill.error}))
    return Evidence(declared.machine, "drill", tuple(seen), None, drill.at)


RULE = Rule(
    id="backup-unproved",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.backups,
    judge=judge,
    tag="availability:outage",
    group="N4",
)
