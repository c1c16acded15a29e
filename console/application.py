"""The web application: the collector's doors, and beside them the officer's pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from alerts.metrics import families as alert_families
from backup.metrics import families as backup_families
from collector.exposition import Block, Family
from collector.ingest import fronted
from collector.problems import HANDLERS
from collector.summary.city import families as ward_families
from collector.web import Parts, ingest, routes
from console import rollup
from console.api import answering
from console.desk import Desk
from console.health import health
from console.pages import (
    acts,
    backups,
    case_file,
    devices,
    exports,
    factor,
    figures,
    fleet,
    handed,
    incidents,
    inventory,
    joining,
    line_papers,
    lines,
    live,
    obligations,
    officials,
    oidc,
    problems,
    reports,
    restoring,
    settings,
    signing,
    start,
    wards,
)
from console.pages.forms import INVENTORY_FORM_BYTES_MOST, posted, posted_sheet, uploaded
from console.pages.gate import Gate
from console.pages.hooks import Hooks
from console.watch import StoreWatch

# Who may open a page beside the officer is told in console/roles.py.
PAGES = (
    Route("/", fleet.overview),
    Route("/machines", fleet.machine_list),
    Route("/machines/{asset}", fleet.machine),
    Route("/incidents", incidents.incident_list),
    Route("/incidents", posted(case_file.reported), methods=["POST"]),
    Route("/incidents/{id}", incidents.incident),
    Route("/incidents/{id}/file.zip", case_file.whole),
    Route("/incidents/{id}/files/{file:int}", case_file.downloaded),
    Route("/incidents/{id}/state", posted(case_file.stated), methods=["POST"]),
    Route("/incidents/{id}/merge", posted(case_file.merged), methods=["POST"]),
    Route("/incidents/{id}/correct-t0", posted(case_file.corrected), methods=["POST"]),
    Route("/incidents/{id}/send", posted(case_file.approved), methods=["POST"]),
    Route("/incidents/{id}/hand-over", posted(case_file.handed), methods=["POST"]),
    Route("/incidents/{id}/resend", posted(case_file.resent), methods=["POST"]),
    Route("/incidents/{id}/signed", uploaded(case_file.taken_back), methods=["POST"]),
    Route("/incidents/{id}", posted(incidents.acted), methods=["POST"]),
    Route("/incidents/{id}/police.{format:str}", posted(incidents.police), methods=["POST"]),
    Route("/incidents/{id}/class", posted(obligations.classified), methods=["POST"]),
    Route("/incidents/{id}/drill", posted(obligations.marked), methods=["POST"]),
    Route("/incidents/{id}/{obligation}/sent", posted(obligations.sent), methods=["POST"]),
    Route("/incidents/{id}/{obligation}/aside", posted(obligations.aside), methods=["POST"]),
    Route("/papers", reports.report_list),
    Route("/papers/{kind}", posted(reports.made), methods=["POST"]),
    Route("/papers/{obligation}/sent", posted(reports.sent), methods=["POST"]),
    Route("/findings", figures.finding_list),
    Route("/targets", figures.target_list),
    Route("/reports/{id:int}", figures.report),
    Route("/wards", wards.ward_list),
    Route("/lines", lines.line_list),
    Route("/lines/{id}", lines.line),
    Route("/lines/{id}/month", posted(line_papers.month_sheet), methods=["POST"]),
    Route("/lines/{id}/outage/{number:int}", posted(line_papers.outage_notice), methods=["POST"]),
    Route("/devices", devices.device_list),
    Route("/devices/strangers", posted(devices.named), methods=["POST"]),
    Route("/devices/{id}", devices.device),
    Route("/devices/{id}/accept", posted(devices.accepted), methods=["POST"]),
    Route("/backups", backups.backup_list),
    Route("/backups/holds/{hold:int}/explain", posted(backups.explained), methods=["POST"]),
    Route("/backups/{set}/run", posted(backups.run), methods=["POST"]),
    Route("/backups/{set}/drill", posted(backups.drill), methods=["POST"]),
    Route("/backups/{set}/restore", restoring.restore_page),
    Route("/backups/{set}/restore", posted(restoring.restored), methods=["POST"]),
    Route("/backups/restored/{name}/fetch", restoring.fetched),
    Route("/backups/restored/{name}/remove", posted(restoring.removed), methods=["POST"]),
    Route("/officials", officials.official_list),
    Route("/add", joining.add_list),
    Route("/add", posted(joining.added), methods=["POST"]),
    Route("/add/{agent}", posted(joining.approved), methods=["POST"]),
    Route("/settings", settings.settings_page),
    Route("/settings/users", posted(settings.user_added), methods=["POST"]),
    Route("/settings/users/{user}", posted(settings.user_changed), methods=["POST"]),
    Route("/settings/inventory", inventory.editor),
    Route(
        "/settings/inventory",
        posted(inventory.edited, INVENTORY_FORM_BYTES_MOST),
        methods=["POST"],
    ),
    Route("/start", start.start),
    Route("/start", posted_sheet(start.started), methods=["POST"]),
    Route("/audit", acts.audit_list),
    *(Route(f"/export/{name}.{{format:str}}", exports.exported(name)) for name in exports.SHEETS),
    *answering.routes(),
    Route("/live", live.live),
    Route("/sign-in", signing.sign_in),
    Route("/sign-in", posted(signing.signed_in), methods=["POST"]),
    Route("/oidc/start", oidc.start),
    Route("/oidc/callback", oidc.callback),
    Route("/link/{token}", signing.link),
    Route("/link/{token}", posted(signing.link_used), methods=["POST"]),
    Route("/password", signing.password),
    Route("/password", posted(signing.password_set), methods=["POST"]),
    Route("/second-factor", factor.second_factor),
    Route("/second-factor", posted(factor.second_factor_set), methods=["POST"]),
    Route("/handed", handed.handed_list),
    Route("/handed/{number:int}", handed.handed),
    Route("/handed/{number:int}/take-back", posted(handed.taken_back), methods=["POST"]),
    Route("/sign-out", posted(signing.sign_out), methods=["POST"]),
    Route("/language/{language}", signing.switch_language),
)


# Nothing secret is in them, so they may be compressed; pages hold a form's token and are not.
STATIC = GZipMiddleware(StaticFiles(packages=[("console", "static")]), minimum_size=1000)


def pages(desk: Desk, stop: asyncio.Event) -> Starlette:
    """The officer's pages behind their gate."""
    app = Starlette(
        routes=[*PAGES, Mount("/static", STATIC)],
        middleware=[
            Middleware(Gate, watch=StoreWatch(desk), routes=PAGES, refused=problems.not_yours)
        ],
        exception_handlers={HTTPException: problems.refused, Exception: problems.broken},
    )
    app.state.desk = desk
    app.state.stop = stop  # a stream of news ends with the process, it does not hold it up
    return app


def whole(desk: Desk, parts: Parts, stop: asyncio.Event) -> ASGIApp:
    """Everything on the one port."""
    reports = ingest(parts)
    hook = Route("/hooks/alertmanager", Hooks(desk).alertmanager, methods=["POST"])
    routes_of_all = [*routes(parts, reports), hook, Mount("/", pages(desk, stop))]
    return fronted(reports, Starlette(routes=routes_of_all, exception_handlers=HANDLERS))


def families(desk: Desk) -> Iterator[Family | Block]:
    """The metrics of all packages, of one moment; the fleet's own lines may be a second newer."""
    moment = desk.moment()
    office = moment.office
    # The live state is newer; what is kept of lines over days, the moment alone has.
    state = replace(desk.live.state, line_facts=office.state.line_facts)
    yield from desk.fleet.families(desk.source.current(), state, office.now, office.past.usual)
    yield from backup_families(office.backups, office.now)
    judged_at = next(
        (one.at for one in health(desk.state_folder) if one.duty == "judgement" and not one.error),
        None,
    )
    if office.inventory.wards:
        yield from ward_families(rollup.look(desk), office.inventory.site.id)
    yield from alert_families(
        office,
        moment.findings,
        moment.targets,
        moment.incidents,
        (*moment.duties, *moment.yearly),
        judged_at,
    )
