"""Forms: read with a limit and a deadline, and believed only with the session's own token."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import anyio
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FORM_BYTES_MOST = 64 * 1024
DEADLINE_SECONDS = 30

Form = Mapping[str, str]


def posted(
    handler: Callable[[Request, Form], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that hands the checked form to a plain function, off the event loop."""

    async def endpoint(request: Request) -> Response:
        form = await _read(request)
        visitor = request.state.visitor
        if visitor and not secrets.compare_digest(
            form.get("form_token", "").encode(), visitor.form_token.encode()
        ):
            raise HTTPException(403, "this form is no longer valid: open the page again")
        return await run_sync(handler, request, form)

    return endpoint


async def _read(request: Request) -> Form:
    body = b""
    try:
        with anyio.fail_after(DEADLINE_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > FORM_BYTES_MOST:
                    raise HTTPException(413, "this form is too large")
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except TimeoutError:
        raise HTTPException(408, "the form did not arrive in time") from None
    except ValueError:
        raise HTTPException(400, "this is no form") from None
