"""From an incident's file to the case that a paper is made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts import filing, queries, words
from alerts.documents.case import (
    Case,
    Duty,
    Enclosed,
    Measure,
    Notified,
    PersonalData,
    Proof,
    Subject,
)
from alerts.finding import Finding
from alerts.obligations import LEGAL_TIME
from alerts.office import Office
from alerts.policy import shipped
from alerts.statements import instant, number
from collector.messages import Language, catalogue
from collector.readings import Os
from collector.store.tables import reports
from console import names

LANGUAGE: Language = "vi"
"""Papers to authorities are in Vietnamese."""

HANDLED = ("note", "fix", "prove", "take", "handle")


class CaseError(Exception):
    """There is nothing to make a paper of."""


def case(connection: Connection, office: Office, id: str, now: datetime) -> Case:
    """All that the evidence holds; what nobody knows stays empty. Raises CaseError."""
    file = queries.file(connection, id, now)
    if file is None:
        raise CaseError(f"there is no incident {id}")
    incident, inventory = file.incident, office.inventory
    site = inventory.site
    evidence = (incident.signal, *(event.finding for event in file.history if event.finding))
    return Case(
        site=site,
        contacts=inventory.contacts,
        documents=inventory.documents,
        incident=incident.id,
        detected_at=incident.starts_at,
        prepared_at=now,
        tag=incident.tag,
        group=incident.group,  # type: ignore[arg-type] # the rule's group is one of N1 to N9
        level=incident.level,
        title=words.title(incident.rule, LANGUAGE),
        what=words.because(incident.signal, LANGUAGE, site.timezone),
        status=words.texts().text(LANGUAGE, f"state.{incident.state}"),
        detection=_text("paper.detection", rule=words.title(incident.rule, LANGUAGE)),
        subject=_subject(office, incident.subject),
        proofs=_proofs(connection, evidence, site.timezone),
        duties=tuple(Duty(one.obligation, one.due_at) for one in file.duties if one.due_at),
        measures=tuple(
            Measure(event.at, event.reason)
            for event in file.history
            if event.action in HANDLED and event.reason.strip()
        ),
        notified=tuple(
            Notified(one.recipient, one.sent_at, one.channel) for one in file.deliveries
        ),
        internet_providers=tuple(dict.fromkeys(line.provider for line in inventory.lines)),
        bases=shipped().bases(
            incident.starts_at.astimezone(LEGAL_TIME).date(),
            [one.obligation for one in file.duties],
        ),
        national_security=True if "national-security" in incident.flags else None,
        serious_interruption=True if "interruption" in incident.flags else None,
        **_stated(file),
        ended_at=incident.ended_at,
        user_names=tuple(one.name for one in inventory.people if one.name),
        drill=incident.drill,
        files=tuple(
            Enclosed(one.name, one.bytes, one.sha256, one.at)
            for one in filing.listed(connection, id)
        ),
    )


def _stated(file: queries.File) -> dict[str, Any]:
    """What the officer said of it, each in the field of the papers that it fills."""
    said = file.statements
    persons, machines = number(said.get("data-subjects")), number(said.get("machines"))
    return {
        "happened_at": instant(said.get("happened-at")),
        "cause": said.get("cause"),
        "cause_certain": _decided(said.get("cause-certain")),
        "scope": said.get("scope"),
        "remedy": said.get("remedy"),
        "restored_at": instant(said.get("restored-at")),
        "consequences": said.get("consequences"),
        "lessons": said.get("lessons"),
        "proposal": said.get("proposal"),
        "confidential": _decided(said.get("confidential")),
        "machines": None if machines is None else int(machines),
        "interruption_hours": number(said.get("interruption-hours")),
        "personal_data": PersonalData(
            said.get("data-kinds"), None if persons is None else int(persons)
        ),
        "data_consequences": said.get("data-consequences"),
        "late_reason": said.get("late-reason"),
        "custodian": said.get("custodian"),
        "witnesses": said.get("witnesses"),
    }


def _decided(text: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(text or "")


def _subject(office: Office, asset: str) -> Subject:
    machine = office.state.machines.get(asset)
    os = machine.system.value.os if machine and machine.system else None
    checks = machine.security.value.checks if machine and machine.security else ()
    called = names.label(office.inventory, asset)
    return Subject(called, _os(os) if os else None, checks=checks)


def _os(os: Os) -> str | None:
    """Name, version and build in one line; what the name already holds is not said twice."""
    line = os.name or ""
    if os.version and os.version not in line:
        line = f"{line} {os.version}".strip()
    if os.build and os.build not in line:
        build = _text("paper.build", build=os.build)
        line = f"{line}, {build}" if line else build
    return line or None


def _text(key: str, **values: object) -> str:
    return catalogue("console").text(LANGUAGE, key, **values)


def _proofs(
    connection: Connection, findings: Iterable[Finding], timezone: str
) -> tuple[Proof, ...]:
    """Each cited record once, with the checksum of what the PC sent."""
    cited = {one.report: one for found in findings for one in found.evidence if one.report}
    rows = connection.execute(
        select(reports.c.id, reports.c.received_at, reports.c.sha256)
        .where(reports.c.id.in_(cited))
        .order_by(reports.c.id)
    )
    return tuple(
        Proof(
            asset=cited[row.id].asset,
            kind=cited[row.id].kind,
            observed=words.observed(cited[row.id], LANGUAGE, timezone),
            received_at=row.received_at,
            report=row.id,
            sha256=bytes(row.sha256).hex(),
        )
        for row in rows
    )
