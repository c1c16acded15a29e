"""Rule repository-damaged: every stored byte of a repository still has its own hash."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from backup.status import RepositoryStatus
from collector.inventory.model import Repository

Values = dict[str, str | int | float]


def judge(office: Office, declared: Repository) -> Finding:
    """Damage fails at once; bytes unread for longer than `sweep_days` are not proved whole."""
    status = office.backups.repositories.get(declared.id, RepositoryStatus(repository=declared.id))
    read = {"read_bytes": status.read_bytes, "total_bytes": status.bytes}
    seen = tuple(Seen("error", {"error": problem}) for problem in status.problems)
    evidence = (
        Evidence(declared.id, "sweep", seen or (Seen("read", read),), None, status.last_sweep_at),
    )
    if status.problems:
        values: Values = {"count": len(status.problems), "first": status.problems[0]}
        return Finding(
            "repository-damaged",
            declared.id,
            "fail",
            "damaged",
            values,
            evidence,
            signal_at=status.last_sweep_at,
        )
    if status.last_sweep_at is None:
        return Finding("repository-damaged", declared.id, "unknown", "never-swept")
    unread_since = status.oldest_unread_at
    limit = timedelta(days=declared.sweep_days)
    if max(office.now - (unread_since or office.now), office.now - status.last_sweep_at) > limit:
        values = {"days": declared.sweep_days}
        return Finding("repository-damaged", declared.id, "fail", "unread", values, evidence)
    read_ratio = status.read_bytes / status.bytes if status.bytes else 1.0
    values = {
        "read_ratio": round(read_ratio, 4),
        "sweep_at": status.last_sweep_at.isoformat(),
    }
    return Finding("repository-damaged", declared.id, "pass", "whole", values, evidence)


RULE = Rule(
    id="repository-damaged",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.repositories,
    judge=judge,
    tag="information-content-security:unauthorised-information-modification",
    group="N4",
    level="M3",
)
