"""Rule ransomware-signs: no run of a backup set found what encryption of the files leaves behind."""

from __future__ import annotations

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from backup.status import SetStatus
from collector.inventory.model import BackupSet

ID = "ransomware-signs"


def judge(office: Office, declared: BackupSet) -> Finding:
    """Fails until the officer has explained each sign; what was not looked for is unknown."""
    status = office.backups.sets.get(declared.id, SetStatus(set=declared.id))
    if status.signs:
        seen = tuple(Seen("error", {"error": one}) for one in status.signs)
        evidence = (_evidence(declared, status, seen),)
        values: dict[str, str | int | float] = {
            "count": len(status.signs),
            "first": status.signs[0],
        }
        return Finding(
            ID, declared.id, "fail", "signs", values, evidence, "security", status.signs_since
        )
    if status.signs_report is None:
        return Finding(ID, declared.id, "unknown", "never")
    evidence = (_evidence(declared, status, (Seen("no-signs"),)),)
    if "mass-change" in status.signs_unknown:
        return Finding(ID, declared.id, "unknown", "nothing-before", {}, evidence)
    if declared.canary and "canary" in status.signs_unknown:
        return Finding(ID, declared.id, "unknown", "no-canary", {}, evidence)
    return Finding(ID, declared.id, "pass", "quiet", {}, evidence)


def _evidence(declared: BackupSet, status: SetStatus, seen: tuple[Seen, ...]) -> Evidence:
    return Evidence(declared.machine, "backup", seen, status.signs_report, status.signs_at)


RULE = Rule(
    id=ID,
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.backups,
    judge=judge,
    tag="information-content-security:unauthorised-information-modification",
    group="N1",
    level="M2",
)
