"""The page that edits the inventory: the whole file, checked as one types, with every mistake's line."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector import audit
from console import inventory_file
from console.desk import Desk
from console.inventory_file import EditError
from console.pages.forms import Form
from console.pages.render import desk, page

REFUSALS = ("changed", "site", "broken")


def editor(request: Request) -> Response:
    """The file as it stands, with the mistakes that it may have."""
    here = desk(request)
    try:
        content = here.source.path.read_bytes()
    except OSError as error:
        return _shown(request, "", "", f"unwritable: {error.strerror or error}")
    saved = "saved" if "saved" in request.query_params else None
    return _shown(request, content.decode("utf-8", "replace"), inventory_file.mark(content), saved)


def edited(request: Request, form: Form) -> Response:
    """Check the text, and save it where it is right and the button says so."""
    here, user = desk(request), request.state.visitor.user
    text = form.get("text", "").replace("\r\n", "\n")
    before = form.get("before", "")
    if form.get("act") != "save" or inventory_file.problems(text, here.source.path.name):
        return _shown(request, text, before, None)
    try:
        keep(here, user, text, before)
    except EditError as error:
        return _shown(request, text, before, str(error))
    return RedirectResponse("/settings/inventory?saved", 303)


def keep(here: Desk, user: str, text: str, before: str) -> None:
    """Save a text that was found right, and note who did. Raises EditError."""
    inventory_file.write(here.source.path, text, before, here.state_folder)
    with here.store.write() as connection:
        told = {"before": before, "after": inventory_file.mark(text.encode())}
        audit.append(connection, here.clock(), user, "inventory-saved", told)
    here.forget()


def _shown(request: Request, text: str, before: str, said: str | None) -> Response:
    file = desk(request).source.path
    refusal = said if said and said != "saved" else None
    return page(
        request,
        "inventory",
        here="settings",
        status=409 if refusal else 200,
        text=text,
        before=before,
        problems=inventory_file.problems(text, file.name),
        file=str(file),
        saved=said == "saved",
        refusal=refusal if refusal in REFUSALS else None,
        unwritable=refusal.partition(": ")[2] if refusal and refusal not in REFUSALS else None,
    )
