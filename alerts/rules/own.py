"""The collector's own health, one rule each: who watches the others is watched too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from alerts.finding import Evidence, Finding, Seen, Values
from alerts.office import Office
from alerts.own import Own
from alerts.rules.rule import Rule, Severity
from collector.inventory.model import Rules, Site
from collector.readings import Verdict

GIB = 1024**3
STALE_AFTER = timedelta(minutes=10)
"""It is looked at each minute, by the process that judges."""
NOTICES_WAIT = timedelta(minutes=15)
"""A channel that is down for so long leaves the officer unwarned."""

Told = tuple[Verdict, str, Values]
Look = Callable[[Own, Rules], Told]


def judge(rule: str, look: Look, office: Office, site: Site) -> Finding:
    """By the newest look at the collector; without one, nothing is known of it."""
    own = office.own
    if own is None:
        return Finding(rule, site.id, "unknown", "never-read")
    evidence = Evidence(site.id, "own", (Seen("own"),), received_at=own.at)
    if office.now - own.at > STALE_AFTER:
        return Finding(
            rule, site.id, "unknown", "unwatched", {"seen_at": own.at.isoformat()}, (evidence,)
        )
    verdict, because, values = look(own, office.inventory.rules)
    return Finding(rule, site.id, verdict, because, values, (evidence,))


def _disk(own: Own, rules: Rules) -> Told:
    if own.disk_free_bytes is None or not own.disk_total_bytes:
        return "unknown", "unread", {}
    ratio, limit = own.disk_free_bytes / own.disk_total_bytes, rules.collector_disk.free_ratio
    values: Values = {
        "free_bytes": own.disk_free_bytes,
        "free_ratio": round(ratio, 4),
        "limit_ratio": limit,
    }
    return ("fail", "filling", values) if ratio <= limit else ("pass", "room", values)


def _certificate(own: Own, rules: Rules) -> Told:
    if own.certificate_until is None:
        return "unknown", "unread", {}
    left = own.certificate_until - own.at
    values: Values = {"until_at": own.certificate_until.isoformat(), "days": max(left.days, 0)}
    if left <= timedelta(0):
        return "fail", "ended", values
    soon = left <= timedelta(days=rules.certificate_ending.days)
    return ("fail", "ending", values) if soon else ("pass", "runs", values)


def _database(own: Own, rules: Rules) -> Told:
    if own.database_bytes is None:
        return "unknown", "unread", {}
    limit_bytes = int(rules.database_large.gib * GIB)
    values: Values = {"database_bytes": own.database_bytes, "limit_bytes": limit_bytes}
    large = own.database_bytes > limit_bytes
    return ("fail", "large", values) if large else ("pass", "small", values)


def _duties(own: Own, _rules: Rules) -> Told:
    if own.duties is None:
        return "unknown", "unread", {}
    failing = [one for one in own.duties if one.error or one.late]
    if not failing:
        return "pass", "done", {"count": len(own.duties)}
    names = ", ".join(one.name for one in failing)
    return "fail", "failing", {"duties": names, "error": failing[0].error or "-"}


def _inventory(own: Own, _rules: Rules) -> Told:
    if own.inventory_problem is None:
        return "pass", "sound", {}
    return "fail", "broken", {"error": own.inventory_problem}


def _notices(own: Own, _rules: Rules) -> Told:
    if own.notices_waiting is None:
        return "unknown", "unread", {}
    if not own.notices_waiting or own.notices_since is None:
        return "pass", "sent", {}
    values: Values = {"count": own.notices_waiting, "since_at": own.notices_since.isoformat()}
    stuck = own.at - own.notices_since > NOTICES_WAIT
    return ("fail", "stuck", values) if stuck else ("pass", "waiting", values)


def _rule(id: str, severity: Severity, look: Look) -> Rule[Site]:
    return Rule(
        id=id,
        item=28,
        severity=severity,
        opens_incident=True,
        subjects=lambda inventory: (inventory.site,),
        judge=partial(judge, id, look),
        tag="availability:outage",
    )


CERTIFICATE_ENDING = _rule("certificate-ending", "critical", _certificate)
COLLECTOR_DISK = _rule("collector-disk", "critical", _disk)
DATABASE_LARGE = _rule("database-large", "warning", _database)
DUTIES_FAILING = _rule("duties-failing", "critical", _duties)
INVENTORY_BROKEN = _rule("inventory-broken", "warning", _inventory)
NOTICES_STUCK = _rule("notices-stuck", "critical", _notices)
