"""A paper as the answer to a button."""

from __future__ import annotations

from starlette.responses import Response

from console.making import Made


def downloaded(made: Made) -> Response:
    """Handed to the browser to be kept."""
    headers = {"content-disposition": f'attachment; filename="{made.name}"'}
    return Response(made.content, media_type=made.media_type, headers=headers)
