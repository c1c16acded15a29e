"""Rule prometheus-alert: what Prometheus judges over time, told by its Alertmanager."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule, Subject
from alerts.signals import Signal
from collector.inventory.model import Inventory

DEAF_AFTER = timedelta(minutes=15)
"""Its watchdog comes every five minutes."""


def subjects(inventory: Inventory) -> tuple[Subject, ...]:
    """The lines, and the office for all else; nobody where no Alertmanager is let in."""
    if inventory.notices.alertmanager_token_file is None:
        return ()
    return (inventory.site, *inventory.lines)


def judge(office: Office, subject: Subject) -> Finding:
    """Failing while one of its alerts fires; unknown while Alertmanager itself is not heard."""
    heard_at = office.signals.heard_at
    mine = [one for one in office.signals.firing if _of(one, office.inventory) == subject.id]
    evidence = tuple(
        Evidence(
            subject.id,
            "alertmanager",
            (Seen("fires", {"alert": one.name, "starts_at": one.starts_at.isoformat()}),),
            received_at=one.received_at,
        )
        for one in mine
    )
    if mine:
        names = ", ".join(sorted({one.name for one in mine}))
        values = {"alerts": names, "since_at": mine[0].starts_at.isoformat()}
        first = min(one.received_at for one in mine)
        return Finding(
            "prometheus-alert", subject.id, "fail", "fires", values, evidence, signal_at=first
        )
    if heard_at is None or office.now - heard_at > DEAF_AFTER:
        told = {"heard_at": heard_at.isoformat()} if heard_at else {"heard_at": "-"}
        return Finding("prometheus-alert", subject.id, "unknown", "deaf", told)
    heard = Evidence(subject.id, "alertmanager", (Seen("watchdog-heard"),), received_at=heard_at)
    return Finding("prometheus-alert", subject.id, "pass", "quiet", evidence=(heard,))


def _of(signal: Signal, inventory: Inventory) -> str:
    """The line that it names, else the whole office."""
    line = signal.labels.get("line", "")
    return line if inventory.line(line) else inventory.site.id


RULE = Rule(
    id="prometheus-alert",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=subjects,
    judge=judge,
    tag="availability:outage",
    group="N3",
)
