"""What people report: a new incident with the clocks of its kind, from the moment it was told."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from alerts import opening
from alerts.changing import Change
from alerts.finding import Evidence, Finding
from alerts.incidents import EARLIEST, Incident, NotAllowed
from alerts.told import TOLD
from collector.inventory.model import Inventory

LETTERS_MOST = 4000


class Report(Struct, frozen=True):
    """What a person told. `subject` is an asset, or the site's own id where none is concerned."""

    kind: str
    subject: str
    words: str
    who: str
    told_at: datetime
    drill: bool = False


def report(
    connection: Connection, inventory: Inventory, now: datetime, actor: str, told: Report
) -> Incident:
    """Open an incident whose T0 is the moment at which it was told. Raises NotAllowed."""
    words = told.words.strip()[:LETTERS_MOST]
    if not words or not told.who.strip() or told.kind not in TOLD:
        raise NotAllowed("told-lacks")
    if told.told_at > now:
        raise NotAllowed("told-future")
    if told.told_at < EARLIEST:
        raise NotAllowed("too-early")
    machines, devices = inventory.machines, inventory.devices
    known = {inventory.site.id, *(one.id for one in machines), *(one.id for one in devices)}
    if told.subject not in known:
        raise NotAllowed("told-subject", subject=told.subject)
    evidence = Evidence(told.subject, "told", received_at=now, observed=words)
    finding = Finding(
        told.kind,
        told.subject,
        "fail",
        "told",
        {"who": told.who.strip(), "words": words},
        (evidence,),
        "security",
        signal_at=told.told_at,
    )
    by = Change(now, actor, "opened", words)
    return opening.told(connection, finding, by, inventory, drill=told.drill)
