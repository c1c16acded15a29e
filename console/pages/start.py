"""The first page of an empty office: from its list, or from PCs that asked to join, to an inventory."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from collector import joined
from console import first_inventory, inventory_file
from console.first_inventory import Draft, Office
from console.funnel import strangers
from console.pages.forms import Form
from console.pages.render import desk, page
from console.spreadsheet import SheetError, lines

FIELDS = ("name", "parent", "address", "phone", "email", "police", "place")
LETTERS_MOST = 300


def start(request: Request) -> Response:
    """What has to be known of the office, and where its list is."""
    return _shown(request, {}, None)


def started(request: Request, form: Form, file: str, content: bytes) -> Response:
    """Show the inventory that came of it, to be looked at and saved."""
    here = desk(request)
    try:
        found = _found(request, file, content)
    except SheetError as error:
        return _shown(request, form, str(error))
    told = {name: form.get(name, "")[:LETTERS_MOST].strip() for name in FIELDS}
    office = Office(id=here.source.current().site.id, **told)
    text = first_inventory.written(office, found, here.clock())
    try:
        before = inventory_file.mark(here.source.path.read_bytes())
    except OSError:
        before = ""
    return page(
        request,
        "inventory",
        here="settings",
        text=text,
        before=before,
        problems=inventory_file.problems(text, here.source.path.name),
        file=str(here.source.path),
        saved=False,
        refusal=None,
        unwritable=None,
        found=found,
    )


def _found(request: Request, file: str, content: bytes) -> Draft:
    if content:
        return first_inventory.draft(lines(content, file))
    return first_inventory.discovered(_hostnames(request))


def _hostnames(request: Request) -> list[str]:
    here = desk(request)
    with here.store.read() as connection:
        waiting = strangers(here.moment().office, joined.agents(connection))
    return [one.hostname for one in waiting]


def _shown(request: Request, form: Form, refusal: str | None) -> Response:
    return page(
        request,
        "start",
        here="settings",
        status=400 if refusal else 200,
        fields=FIELDS,
        form=form,
        refusal=refusal,
        waiting=_hostnames(request),
    )
