"""The pages of devices: all of them, one of them, and the addresses that nobody knows."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.devices import configuration, hours, sightings
from collector.devices.known import Device
from console import device_acts, device_rows, plots
from console.pages.forms import Form
from console.pages.problems import not_found
from console.pages.render import desk, page

HISTORY = timedelta(days=30)
SAID = ("named", "bad-name", "accepted")


def device_list(request: Request) -> Response:
    """Every declared device, one row each; below them the strangers on the networks."""
    moment = desk(request).moment()
    office = moment.office
    found = device_rows.rows(office, moment.findings)
    known = sightings.declared(office.inventory, office.state.machines, office.state.devices)
    return page(
        request,
        "devices",
        here="devices",
        rows=found,
        up=sum(one.up is True for one in found),
        strangers=sightings.unknown(office.state.strangers, known),
        searched=any(line.networks for line in office.inventory.lines),
        said=_said(request),
    )


def device(request: Request) -> Response:
    """All that is known of one device."""
    here = desk(request)
    moment = here.moment()
    office, wanted = moment.office, request.path_params["id"]
    declared = next((one for one in office.inventory.devices if one.id == wanted), None)
    if declared is None:
        return not_found(request, "error.missing")
    known = office.state.devices.get(wanted, Device(wanted))
    findings = tuple(one for one in moment.findings if one.subject == wanted)
    with here.store.read() as connection:
        lines = hours.points(connection, wanted, office.now - HISTORY)
        difference = configuration.newest_difference(connection, wanted)
    return page(
        request,
        "device",
        here="devices",
        row=device_rows.row(declared, known, findings),
        known=known,
        reading=known.reading,
        findings=findings,
        ports=device_rows.ports(office, known),
        plots=plots.plots(lines),
        days=HISTORY.days,
        difference=difference,
        said=_said(request),
    )


def named(request: Request, form: Form) -> Response:
    """Call an unknown address something."""
    here, user = desk(request), request.state.visitor.user
    try:
        with here.store.write() as connection:
            mac, name = form.get("mac", ""), form.get("name", "")
            device_acts.name(connection, here.clock(), user, mac, name)
    except sightings.NameError:
        return RedirectResponse("/devices?said=bad-name", 303)
    here.forget()
    return RedirectResponse("/devices?said=named", 303)


def accepted(request: Request, _form: Form) -> Response:
    """Answer for what the device is now."""
    here, wanted = desk(request), request.path_params["id"]
    if all(one.id != wanted for one in here.source.current().devices):
        return not_found(request, "error.missing")
    with here.store.write() as connection:
        device_acts.accept(connection, here.clock(), request.state.visitor.user, wanted)
    here.forget()
    return RedirectResponse(f"/devices/{wanted}?said=accepted", 303)


def _said(request: Request) -> str | None:
    said = request.query_params.get("said")
    return said if said in SAID else None
