"""An incident as a MISP event in JSON (MISP core format), for those who exchange such events."""

from __future__ import annotations

import uuid

import msgspec

from alerts import words
from alerts.documents.redaction import Disclosure, redact
from alerts.incidents import Level, NotAllowed
from alerts.queries import File
from collector.inventory.model import Inventory

NAMESPACE = uuid.UUID("5b2f0c1e-6f0d-5c58-9d2a-0f6a3a2f9e11")
"""Ours: the same incident is the same event, however often it is exported."""

THREAT: dict[Level, str] = {"M1": "1", "M2": "2", "M3": "3", "M4": "3"}
"""MISP: 1 high, 2 medium, 3 low, 4 undefined."""


def event(file: File, inventory: Inventory, shown: Disclosure) -> bytes:
    """The event; a drill has none. Raises NotAllowed."""
    incident = file.incident
    if incident.drill or incident.kind != "security":
        raise NotAllowed("no-exchange", incident=incident.id)
    names = tuple(one.name for one in inventory.people if one.name)
    own = f"{inventory.site.id}/{incident.id}"
    said = words.because(incident.signal, "vi", inventory.site.timezone)
    reports = {
        one.report: one
        for finding in (incident.signal, *(row.finding for row in file.history if row.finding))
        for one in finding.evidence
        if one.report is not None
    }
    seconds = str(int(incident.starts_at.timestamp()))
    attributes = [
        _attribute(own, "text", "description", redact(said, names, shown), seconds),
    ]
    for number, one in sorted(reports.items()):
        seen = redact(words.observed(one, "vi", inventory.site.timezone), names, shown)
        attributes.append(_attribute(own, "text", f"reading {number}", seen, seconds))
    told = {
        "Event": {
            "uuid": str(uuid.uuid5(NAMESPACE, own)),
            "info": f"{incident.id}: {words.title(incident.rule, 'vi')}",
            "date": incident.starts_at.date().isoformat(),
            "timestamp": str(int(incident.opened_at.timestamp())),
            "threat_level_id": THREAT[incident.level],
            "analysis": "2" if incident.ended_at else "1" if incident.state != "new" else "0",
            "distribution": "0",
            "published": False,
            "Orgc": {
                "name": inventory.site.name,
                "uuid": str(uuid.uuid5(NAMESPACE, inventory.site.id)),
            },
            "Tag": [{"name": _rsit(incident.tag)}, {"name": "tlp:amber"}],
            "Attribute": attributes,
        }
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1)


def _rsit(tag: str) -> str:
    """As MISP's taxonomy `rsit` writes it: `rsit:fraud="phishing"`."""
    predicate, _, value = tag.partition(":")
    return f'rsit:{predicate}="{value}"'


def _attribute(own: str, kind: str, comment: str, value: str, seconds: str) -> dict[str, object]:
    return {
        "uuid": str(uuid.uuid5(NAMESPACE, f"{own}/{comment}")),
        "category": "Other",
        "type": kind,
        "comment": comment,
        "value": value,
        "timestamp": seconds,
        "to_ids": False,
        "distribution": "5",
    }
