"""Rule agent-silent: every PC that should be on reports; a killed agent is told from a PC at rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.finding import Evidence, Finding, Kind, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.metrics import HEALTHY
from collector.presence import Presence, presence, waiting
from collector.readings import Verdict
from collector.sightings import sightings
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
FAILING = {word for word, healthy in HEALTHY.items() if not healthy}


def judge(office: Office, declared: Machine) -> Finding:
    """By the machine's presence. A killed agent is a security signal, a silent PC is not.

    A silence is first put to the neighbours, for eight minutes at most; one at an hour at which the
    PC is usually off is none, one in the middle of its usual hours is one even while the office rests
    (at lunch); that of a disk that foretold its death has its cause.
    """
    machine = office.state.machines.get(declared.id) or Observed(declared.id)
    standing = office.presence(declared)
    verdict, because = VERDICTS[standing], str(standing)
    if standing in {"silent", "unplugged"}:
        verdict, because = _silence(office, declared, machine, standing)
    elif standing == "off" and _by_calendar(office, declared) in {"silent", "unplugged"}:
        because = "not-its-hour"
    last_at = machine.agent.last_report_at if machine.agent else None
    kind: Kind = "security" if because == "killed" else "operational"
    return Finding(
        "agent-silent",
        declared.id,
        verdict,
        because,
        {"room": declared.room, "last_at": last_at.isoformat() if last_at else "-"},
        (*_last_words(machine, last_at), *_seen(office, declared.id, last_at, because)),
        kind,
    )


def _by_calendar(office: Office, declared: Machine) -> Presence:
    """Where it would stand if nothing were known of its own hours."""
    machine = office.state.machines.get(declared.id)
    return presence(
        machine, declared, office.inventory, office.now, lambda: office.around(declared.id)
    )


def _silence(
    office: Office, declared: Machine, machine: Observed, standing: Presence
) -> tuple[Verdict, str]:
    """What a silence without a goodbye comes to, at an hour at which it is expected to speak."""
    patience = timedelta(seconds=office.inventory.rules.agent_silent.after_seconds)
    if waiting(machine, office.around(declared.id), patience, office.now):
        return "unknown", "asked"
    if standing == "unplugged":
        return "fail", "unplugged"
    disks = (machine.hardware.value.disks if machine.hardware else None) or ()
    if any((disk.health or "").strip().lower() in FAILING for disk in disks):
        return "fail", "dead-disk"
    return "fail", "silent"


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


def _seen(
    office: Office, asset: str, last_at: datetime | None, because: str
) -> tuple[Evidence, ...]:
    """Who saw it answering since, or the port that lost its link, where that is what tells."""
    port = office.around(asset).dead_port if because == "unplugged" else None
    if port is not None:
        device, name = port
        words = Seen("port-down", {"asset": asset, "device": device, "port": name})
        answered_at = office.state.devices[device].answered_at
        return (Evidence(device, "device", (words,), None, answered_at),)
    if because != "killed" or last_at is None:
        return ()
    return tuple(
        Evidence(
            one.by,
            "neighbours",
            (Seen("seen-alive", {"asset": asset, "seen_at": one.seen_at.isoformat()}),),
            one.report,
            one.seen_at,
        )
        for one in sightings(office.state.machines, asset)[:1]
        if one.fresh and one.seen_at > last_at
    )


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
