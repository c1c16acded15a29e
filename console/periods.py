"""From what is recorded of a span to the digest that periodic papers are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from alerts import history, queries, words
from alerts.documents.digest import Digest, Kept, Record
from alerts.documents.period import Period
from alerts.incidents import Incident
from alerts.targets import Target, figures
from collector.inventory.model import Inventory
from collector.messages import catalogue
from collector.store.tables import agents, reports
from console import names

HANDLED = ("note", "fix", "prove")


def digest(connection: Connection, inventory: Inventory, period: Period, now: datetime) -> Digest:
    """The office over that span; asked again it is the same, as rows are only ever appended."""
    zone = ZoneInfo(inventory.site.timezone)
    until = period.ends_at(zone, now)
    found = history.findings_at(connection, until)
    months = tuple(
        (name, _targets(connection, inventory, period, at)) for name, at in period.months(zone, now)
    )
    targets = _targets(connection, inventory, period, until)
    return Digest(
        inventory=inventory,
        period=period,
        until=until,
        finished=until == period.ends_at(zone, datetime.max.replace(tzinfo=zone)),
        targets=targets,
        months=months,
        findings={(one.rule, one.subject): one for one in found},
        names=called(inventory),
        incidents=tuple(
            _kept(connection, inventory, one, until)
            for one in history.incidents_at(connection, until)
            if one.t0 >= period.starts_at(zone)
            or one.ended_at is None
            or one.ended_at >= period.starts_at(zone)
        ),
        records=_records(connection, targets),
    )


def _targets(
    connection: Connection, inventory: Inventory, period: Period, at: datetime
) -> tuple[Target, ...]:
    first = period.starts_at(ZoneInfo(inventory.site.timezone))
    serious = queries.serious_incidents(history.incidents_at(connection, at), first, at)
    return figures(inventory, history.findings_at(connection, at), serious)


def called(inventory: Inventory) -> dict[str, str]:
    """What a paper calls each subject: in words."""
    known = (
        *(one.id for one in inventory.machines),
        *(one.id for one in inventory.people),
        *(one.id for one in inventory.lines),
        *(one.id for one in inventory.devices),
        *(one.id for one in inventory.backups),
    )
    told = {one: names.label(inventory, one) for one in known}
    store = catalogue("console").text
    stores = {one.id: store("vi", "paper.store", id=one.id) for one in inventory.repositories}
    return told | stores | {inventory.site.id: inventory.site.name}


def _kept(
    connection: Connection, inventory: Inventory, incident: Incident, until: datetime
) -> Kept:
    file = queries.file(connection, incident.id, until)
    if file is None:
        return Kept(incident, words.title(incident.rule, "vi"), "")
    history_then = [one for one in file.history if one.at < until]
    return Kept(
        incident,
        words.title(incident.rule, "vi"),
        words.because(incident.signal, "vi", inventory.site.timezone),
        file.duties,
        tuple(one for one in file.deliveries if one.at < until),
        tuple(one.reason for one in history_then if one.action in HANDLED and one.reason),
        inventory.contacts.it_officer.post,
        file.statements.get("lessons"),
    )


def _records(connection: Connection, targets: Iterable[Target]) -> dict[int, Record]:
    cited = {
        report
        for target in targets
        for row in target.rows
        for one in row.why
        for report in one.reports
    }
    found = connection.execute(
        select(reports.c.id, reports.c.received_at, reports.c.sha256, agents.c.asset)
        .join(agents, agents.c.id == reports.c.agent)
        .where(reports.c.id.in_(cited))
    )
    return {
        row.id: Record(row.id, row.asset or "–", row.received_at, bytes(row.sha256).hex())
        for row in found
    }
