"""Every table as a file: which sheets there are, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from alerts.words import because
from console import acts, choosing, line_sheets, machines, names, sheets, table_sheets
from console.pages.officials import rows as official_rows
from console.pages.render import desk, words
from console.sheets import Format, Sheet

AUDIT_ROWS_MOST = 50_000


def machine_sheet(request: Request) -> Sheet:
    """The PCs that the list shows by the same query, of all its pages."""
    w = words(request)
    _, rows = desk(request).derived("machines", lambda one: machines.rows(one.office, one.findings))
    heads = ("machine", "holder", "department", "room", "state", "verdict", "os", "cpu", "memory")
    wanted = choosing.choice(request.query_params)
    return Sheet(
        w.text("machines.title"),
        (
            *(w.text(f"machines.{head}") for head in (*heads, "disk")),
            *(w.text(f"verdict.{one}") for one in ("passing", "failing", "unknowns")),
            w.text("machines.last"),
        ),
        tuple(
            (
                *(row.asset, row.holder, row.department, row.room),
                *(w.text(f"presence.{row.presence}"), w.text(f"verdict.{row.verdict}"), row.os),
                *(row.cpu_ratio, row.memory_ratio, row.disk_ratio),
                *(row.passing, row.failing, row.unknown, row.last_report_at),
            )
            for row in choosing.chosen(rows, wanted)
        ),
    )


def finding_sheet(request: Request) -> Sheet:
    """All findings, or those of one verdict or rule."""
    w, moment = words(request), desk(request).moment()
    verdict, rule = request.query_params.get("verdict"), request.query_params.get("rule")
    heads = ("verdict", "rule", "subject", "why", "evidence")
    return Sheet(
        w.text("findings.title"),
        tuple(w.text(f"findings.{head}") for head in heads),
        tuple(
            (
                w.text(f"verdict.{one.verdict}"),
                w.alerts(f"{one.rule}.title"),
                names.label(moment.office.inventory, one.subject),
                because(one, w.language, w.timezone),
                ", ".join(str(seen.report) for seen in one.evidence if seen.report is not None),
            )
            for one in moment.findings
            if (not verdict or one.verdict == verdict) and (not rule or one.rule == rule)
        ),
    )


def target_sheet(request: Request) -> Sheet:
    """Items 23, 27 and 28, a row for each subject that was counted."""
    w, moment = words(request), desk(request).moment()
    return Sheet(
        w.text("targets.title"),
        (
            w.text("targets.item"),
            *(w.text(f"findings.{head}") for head in ("subject", "verdict", "evidence")),
        ),
        tuple(
            (
                target.item,
                names.label(moment.office.inventory, row.subject),
                w.text(f"verdict.{row.verdict}"),
                ", ".join(
                    str(number)
                    for number in sorted({one for why in row.why for one in why.reports})
                ),
            )
            for target in moment.targets
            for row in target.rows
        ),
    )


def incident_sheet(request: Request) -> Sheet:
    """Every incident, newest first."""
    w, moment = words(request), desk(request).moment()
    heads = ("id", "what", "subject", "kind", "level", "state", "t0", "ended")
    return Sheet(
        w.text("incidents.title"),
        tuple(w.text(f"incidents.{head}") for head in heads),
        tuple(
            (
                one.id,
                w.alerts(f"{one.rule}.title"),
                names.label(moment.office.inventory, one.subject),
                w.text(f"incidents.{one.kind}"),
                one.level if one.kind == "security" else None,
                w.alerts(f"state.{one.state}"),
                one.t0,
                one.ended_at,
            )
            for one in moment.incidents
        ),
    )


def official_sheet(request: Request) -> Sheet:
    """Officials with their PCs, a row for each official."""
    w = words(request)
    heads = ("post", "name", "department", "verdict", "machines")
    return Sheet(
        w.text("officials.title"),
        tuple(w.text(f"officials.{head}") for head in heads),
        tuple(
            (
                one.post,
                one.name,
                one.department,
                w.text(f"verdict.{one.verdict}" if one.verdict else "officials.not-counted"),
                ", ".join(row.asset for row in one.machines),
            )
            for one in official_rows(request)
        ),
    )


def audit_sheet(request: Request) -> Sheet:
    """The newest rows of the audit log, with their place in the chain."""
    w, asked = words(request), request.query_params
    with desk(request).store.read() as connection:
        found = acts.acts(
            connection,
            actor=asked.get("actor", "")[:100],
            action=asked.get("action", "")[:100],
            most=AUDIT_ROWS_MOST,
        )
    heads = ("seq", "at", "actor", "action", "detail")
    return Sheet(
        w.text("audit.title"),
        (*(w.text(f"audit.{head}") for head in heads), "SHA-256"),
        tuple((one.seq, one.at, one.actor, one.action, one.told, one.hash) for one in found),
    )


SHEETS: Mapping[str, Callable[[Request], Sheet]] = {
    "machines": machine_sheet,
    "findings": finding_sheet,
    "targets": target_sheet,
    "incidents": incident_sheet,
    "officials": official_sheet,
    "audit": audit_sheet,
    "lines": line_sheets.line_sheet,
    "line-interruptions": line_sheets.interruption_sheet,
    "line-tests": line_sheets.test_sheet,
    "line-days": line_sheets.day_sheet,
    "devices": table_sheets.device_sheet,
    "strangers": table_sheets.stranger_sheet,
    "agents": table_sheets.agent_sheet,
    "users": table_sheets.user_sheet,
    "handed": table_sheets.handed_sheet,
    "wards": table_sheets.ward_sheet,
    "changes": table_sheets.change_sheet,
    "verdicts": table_sheets.verdict_sheet,
    "checks": table_sheets.check_sheet,
    "presence": table_sheets.presence_sheet,
}
"""By the name in the address: /export/NAME.csv and .xlsx. A table that is added is a line here."""


def exported(name: str) -> Callable[[Request], Response]:
    """The endpoint of one sheet."""

    def endpoint(request: Request) -> Response:
        wanted = _format(request.path_params["format"])
        content = sheets.made(SHEETS[name](request), wanted, words(request).timezone)
        told = {"content-disposition": f'attachment; filename="wardwatch-{name}.{wanted}"'}
        return Response(content, media_type=sheets.MEDIA[wanted], headers=told)

    return endpoint


def _format(text: str) -> Format:
    for one in sheets.MEDIA:
        if one == text:
            return one
    raise HTTPException(404)
