"""Rule office-unreachable: the PCs do not all fall silent at one moment."""

from __future__ import annotations

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Site
from collector.presence import presences


def judge(office: Office, site: Site) -> Finding:
    """One finding for all: the switch between, the power, or the collector's own cable is down."""
    standings = [
        (declared.id, standing)
        for declared, standing in presences(
            office.inventory, office.state.machines, office.now, office.state.devices
        )
    ]
    cut = [asset for asset, standing in standings if standing == "line-down"]
    reporting = sum(standing == "reporting" for _, standing in standings)
    lasts = [
        agent.last_report_at
        for asset in cut
        if (agent := office.state.machines[asset].agent) and agent.last_report_at
    ]
    values: dict[str, str | int | float] = {
        "count": len(cut),
        "reporting": reporting,
        "since_at": min(lasts).isoformat() if lasts else "-",
    }
    seen = Seen("together", {"count": len(cut), "reporting": reporting})
    evidence = (Evidence(site.id, "presence", (seen,), received_at=office.now),)
    if cut:
        return Finding("office-unreachable", site.id, "fail", "cut", values, evidence)
    if all(standing == "pending" for _, standing in standings):
        return Finding("office-unreachable", site.id, "unknown", "never-read")
    return Finding("office-unreachable", site.id, "pass", "reached", values, evidence)


RULE = Rule(
    id="office-unreachable",
    item=28,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: (inventory.site,),
    judge=judge,
    tag="availability:outage",
    group="N3",
)
