"""Rule device-config-changed: every change of a device's configuration is somebody's, and known."""

from __future__ import annotations

from datetime import timedelta

from msgspec import structs

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.device import fetched, known
from alerts.rules.rule import Rule
from collector.inventory.model import Device

SPEAKS_FOR = timedelta(days=3)
"""Configurations are fetched every day: three misses, and nobody knows any more."""


def judge(office: Office, declared: Device) -> Finding:
    """An unplanned change fails until the officer has answered for it."""
    fetch = known(office, declared).fetch
    if fetch is None or fetch.fetched_at is None:
        values = {"name": declared.name, "trouble": (fetch.problem if fetch else None) or ""}
        because = "unfetched" if fetch else "never-read"
        return Finding("device-config-changed", declared.id, "unknown", because, values)
    values = {"name": declared.name, "fetched_at": fetch.fetched_at.isoformat()}
    seen = (Seen("configuration", {"fetched_at": fetch.fetched_at.isoformat()}),)
    evidence = (Evidence(declared.id, "fetch", seen, None, fetch.fetched_at),)
    if fetch.changed_at is not None and not fetch.planned:
        values |= {"changed_at": fetch.changed_at.isoformat()}
        changed = Finding(
            "device-config-changed",
            declared.id,
            "fail",
            "unplanned",
            values,
            evidence,
            signal_at=fetch.changed_at,
        )
        return structs.replace(changed, kind="security")
    if office.now - fetch.fetched_at > SPEAKS_FOR:
        values |= {"trouble": fetch.problem or ""}
        return Finding("device-config-changed", declared.id, "unknown", "old", values, evidence)
    return Finding("device-config-changed", declared.id, "pass", "known", values, evidence)


RULE = Rule(
    id="device-config-changed",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=fetched,
    judge=judge,
    tag="information-content-security:unauthorised-information-modification",
    group="N5",
    level="M3",
)
