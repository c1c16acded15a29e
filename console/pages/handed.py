"""What was handed over to the police: their list, the files, and the officer's way to take back."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console import handing
from console.pages.forms import Form
from console.pages.problems import not_found, number
from console.pages.render import desk, page


def handed_list(request: Request) -> Response:
    """All that is on the list; the officer also sees what was taken back."""
    officer = request.state.visitor.officer
    with desk(request).store.read() as connection:
        papers = handing.listed(connection, all_of_them=officer)
    return page(request, "handed", here="handed", papers=papers)


def handed(request: Request) -> Response:
    """The file, byte for byte as it was handed over."""
    with desk(request).store.read() as connection:
        paper = handing.paper(connection, number(request, "number"))
    if paper is None:
        return not_found(request, "error.missing")
    name = f"attachment; filename*=UTF-8''{quote(paper.file_name, safe='')}"
    return Response(
        paper.content, media_type=paper.media_type, headers={"content-disposition": name}
    )


def taken_back(request: Request, _form: Form) -> Response:
    """Off the list."""
    here, user = desk(request), request.state.visitor.user
    with here.store.write() as connection:
        handing.take_back(connection, here.clock(), user, number(request, "number"))
    return RedirectResponse("/handed", 303)
