"""The stream of news: tells an open page that the office has changed, so that it asks again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from console.changed import mark_of
from console.pages.render import desk

STREAMS_MOST = 64
"""Open pages that one serving process keeps fresh; the next falls back to asking by itself."""

EVERY_SECONDS = 5.0
LIFE_SECONDS = 600.0
"""Then the browser opens it anew, and shows again that it may."""

LISTENING: set[object] = set()


async def live(request: Request) -> Response:
    """Server-sent events: `changed` whenever something in the office did."""
    if len(LISTENING) >= STREAMS_MOST:
        return PlainTextResponse("too many open pages", 503, headers={"retry-after": "60"})
    headers = {"x-accel-buffering": "no"}  # a proxy would hold the news back
    return StreamingResponse(_news(request), media_type="text/event-stream", headers=headers)


async def _news(request: Request) -> AsyncIterator[str]:
    stop: asyncio.Event = request.app.state.stop
    loop = asyncio.get_running_loop()
    told, end, me = None, loop.time() + LIFE_SECONDS, object()
    LISTENING.add(me)
    try:
        yield "retry: 5000\n\n"
        while loop.time() < end and not stop.is_set():
            mark = await run_sync(mark_of, desk(request))
            # A comment keeps the line open, and finds out whether anybody still listens.
            yield ": still here\n\n" if mark == told else f"event: changed\ndata: {mark}\n\n"
            told = mark
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue
    finally:
        LISTENING.discard(me)
