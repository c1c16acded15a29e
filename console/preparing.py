"""The police file of a security incident, made without anybody asking: PDF, DOCX and evidence."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from alerts import filing, queries, sending
from alerts.documents.redaction import Disclosure
from alerts.dossier import dossier
from alerts.filing import Draft
from alerts.incidents import Incident, NotAllowed
from alerts.office import Office
from alerts.sending import Approval
from collector.inventory.model import Inventory
from console import papers
from console.desk import Desk
from console.papers import Format, Wish

log = logging.getLogger(__name__)

ACTOR = "wardwatch"
AT_ONCE = ("anm-now", "anm-24h")
"""What the initial report on an M1 incident meets, in this order."""
FORMATS: tuple[Format, ...] = ("pdf", "docx")


def tick(desk: Desk, office: Office) -> tuple[str, ...]:
    """Make the files that are lacking, and send what the office lets go at once; which incidents."""
    with desk.store.read() as connection:
        found = queries.open_incidents(connection)
        lacking = [one for one in found if _lacks(connection, one)]
    for incident in lacking:
        make(desk, office, incident.id)
    with desk.store.write() as connection:
        for incident in found:
            _at_once(connection, office, incident)
        sending.settle(connection, office.now)
    return tuple(one.id for one in lacking)


def due(connection: Connection, inventory: Inventory) -> bool:
    """Whether there is anything to make, to send or to write down: most rounds there is nothing."""
    found = queries.open_incidents(connection)
    security = [one for one in found if one.kind == "security" and not one.drill]
    return bool(
        any(_lacks(connection, one) for one in security)
        or (inventory.incidents.send_m1_at_once and any(one.level == "M1" for one in security))
        or sending.unsettled(connection)
    )


def make(desk: Desk, office: Office, id: str) -> None:
    """The initial report in both formats, and the sealed archive of its evidence, kept by hash."""
    folder = papers.templates(office, desk.source.path)
    wish = Wish(id)
    with desk.store.read() as connection:
        paper = papers.incident_paper(connection, office, wish, office.now)
        evidence = dossier(connection, office.inventory, id, office.now, Disclosure())
    files = [(one, f"{paper.file_name}.{one}", papers.made(paper, one, folder)) for one in FORMATS]
    with desk.store.write() as connection:
        for one, name, content in files:
            filing.keep(connection, office.now, ACTOR, Draft("police", one, name, content, id))
        draft = Draft("evidence", "zip", evidence.name, evidence.content, id)
        filing.keep(connection, office.now, ACTOR, draft)


def newest(connection: Connection, id: str) -> tuple[int, ...]:
    """The file to send: the report (signed, where it came back signed), its Word form, evidence."""
    kept = (
        filing.newest(connection, id, "police", "pdf"),
        filing.newest(connection, id, "police", "docx"),
        filing.newest(connection, id, "evidence", "zip"),
    )
    return tuple(one.id for one in kept if one is not None)


def _lacks(connection: Connection, incident: Incident) -> bool:
    return (
        incident.kind == "security"
        and not incident.drill
        and filing.newest(connection, incident.id, "evidence", "zip") is None
    )


def _at_once(connection: Connection, office: Office, incident: Incident) -> None:
    """Only an M1 incident, only where the office chose so, and only once."""
    chosen = office.inventory.incidents.send_m1_at_once
    if not chosen or incident.level != "M1" or incident.drill or incident.kind != "security":
        return
    if sending.listed(connection, incident.id):
        return
    _approve(connection, office, incident.id, office.now)


def _approve(connection: Connection, office: Office, id: str, now: datetime) -> None:
    file = queries.file(connection, id, now)
    waiting = {one.obligation for one in file.duties if one.state != "sent"} if file else set()
    obligation = next((one for one in AT_ONCE if one in waiting), None)
    both: tuple[sending.Recipient, ...] = ("police", "force")
    to = tuple(one for one in both if _reachable(office, one))
    asked = Approval(id, newest(connection, id), to, obligation)
    try:
        sending.approve(connection, office.inventory, now, ACTOR, asked)
    except NotAllowed as error:
        log.error("%s can't be sent at once: %s", id, error)  # noqa: TRY400 - no fault of ours


def _reachable(office: Office, to: sending.Recipient) -> bool:
    found = sending.contact(office.inventory, to)
    return found is not None and found.email is not None
