"""Rule agent-silent: every PC that should be on reports; a killed agent is told from a PC at rest."""

from __future__ import annotations

from datetime import datetime

from alerts.finding import Evidence, Finding, Kind, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.presence import Presence, presence
from collector.readings import Verdict
from collector.state import Machine as Observed

VERDICTS: dict[Presence, Verdict] = {
    "reporting": "pass",
    "off": "pass",
    "asleep": "pass",
    "unplugged": "fail",
    "killed": "fail",
    "silent": "fail",
    # Behind a dead line nothing can be said of the PC; the line itself is what fails.
    "line-down": "unknown",
    "pending": "unknown",
}


def judge(office: Office, declared: Machine) -> Finding:
    """By the machine's presence. A killed agent is a security signal, a silent PC is not."""
    machine = office.state.machines.get(declared.id) or Observed(declared.id)
    because = presence(machine, declared, office.inventory, office.now)
    last_at = machine.agent.last_report_at if machine.agent else None
    kind: Kind = "security" if because == "killed" else "operational"
    return Finding(
        "agent-silent",
        declared.id,
        VERDICTS[because],
        because,
        {"room": declared.room, "last_at": last_at.isoformat() if last_at else "-"},
        _last_words(machine, last_at),
        kind,
    )


def _last_words(machine: Observed, last_at: datetime | None) -> tuple[Evidence, ...]:
    words = tuple(
        Evidence(machine.asset, kind, (Seen(key),), latest.report, latest.received_at)
        for kind, latest, key in (
            ("load", machine.load, "last-load"),
            (
                "presence",
                machine.presence,
                f"last-word-{machine.presence.value.state}" if machine.presence else "",
            ),
        )
        if latest is not None
    )
    seen = Seen("last-report" if last_at else "no-report")
    return words or (Evidence(machine.asset, "report", (seen,), None, last_at),)


RULE = Rule(
    id="agent-silent",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    group="N2",
    level="M3",
)
