"""The police file of a security incident, made without anybody asking: PDF, DOCX and evidence."""

from __future__ import annotations

import io
import logging
import zipfile
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
BOTH: tuple[sending.Recipient, ...] = ("police", "force")
"""To whom those obligations are owed: one of them alone does not meet any."""
FORMATS: tuple[Format, ...] = ("pdf", "docx")
RETOLD = ("classify", "merged", "correct-t0")
"""Acts after which the initial report says something else."""


class NotSentError(Exception):
    """What the office wants to go out at once can't: told on every screen until it is mended."""


def tick(desk: Desk, office: Office) -> tuple[str, ...]:
    """Make the files that are lacking, and send what the office lets go at once; which incidents.

    Raises NotSentError once everything else is done.
    """
    with desk.store.read() as connection:
        found = queries.open_incidents(connection)
        lacking = [one for one in found if _lacks(connection, one)]
    for incident in lacking:
        make(desk, office, incident.id)
        log.warning("the police file of %s is ready", incident.id)
    refused: list[str] = []
    with desk.store.write() as connection:
        for incident in found:
            if _goes_at_once(connection, office.inventory, incident):
                refused += _approve(connection, office, incident.id, office.now)
        sending.settle(connection, office.now)
    if refused:
        raise NotSentError("; ".join(refused))
    return tuple(one.id for one in lacking)


def due(connection: Connection, inventory: Inventory) -> bool:
    """Whether there is anything to make, to send or to write down: most rounds there is nothing."""
    found = queries.open_incidents(connection)
    return sending.unsettled(connection) or any(
        _lacks(connection, one) or _goes_at_once(connection, inventory, one) for one in found
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


def archived(connection: Connection, id: str) -> bytes | None:
    """The file to send as one archive; None where nothing is kept yet."""
    found = [filing.one(connection, one) for one in newest(connection, id)]
    kept = {one[0].name: one[1] for one in found if one is not None}
    if not kept:
        return None
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in kept.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def _lacks(connection: Connection, incident: Incident) -> bool:
    """No file yet; or one that says what is no longer so, while nobody has signed or sent it."""
    if not _real(incident):
        return False
    if filing.newest(connection, incident.id, "evidence", "zip") is None:
        return True
    report = filing.newest(connection, incident.id, "police", "pdf")
    if report is None or report.signs is not None or sending.listed(connection, incident.id):
        return False
    retold = queries.last_act(connection, incident.id, RETOLD)
    return retold is not None and retold > report.at


def _goes_at_once(connection: Connection, inventory: Inventory, incident: Incident) -> bool:
    """Only an M1 incident, only where the office chose so, and only once."""
    return (
        inventory.incidents.send_m1_at_once
        and incident.level == "M1"
        and _real(incident)
        and not sending.listed(connection, incident.id)
    )


def _real(incident: Incident) -> bool:
    return incident.kind == "security" and not incident.drill


def _approve(connection: Connection, office: Office, id: str, now: datetime) -> tuple[str, ...]:
    """In the office's own name; what stood in the way."""
    file = queries.file(connection, id, now)
    waiting = {one.obligation for one in file.duties if one.state != "sent"} if file else set()
    to = tuple(one for one in BOTH if _reachable(office, one))
    # Whoever has no address is told by telephone: their clock stays a person's to close.
    meets = AT_ONCE if to == BOTH else ()
    obligation = next((one for one in meets if one in waiting), None)
    asked = Approval(id, newest(connection, id), to, obligation)
    try:
        sending.approve(connection, office.inventory, now, ACTOR, asked)
    except NotAllowed as error:
        return (f"{id} can't be sent at once: {error}",)
    return ()


def _reachable(office: Office, to: sending.Recipient) -> bool:
    found = sending.contact(office.inventory, to)
    return found is not None and found.email is not None
