"""Serves an ASGI application over TLS until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Coroutine

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.types import ASGIApp

from collector.authority import Authority

HEADERS_MILLISECONDS = 10_000
STOP_SECONDS = 10.0  # requests in flight get as long to finish

COLLECT_AFTER = 50_000
"""New objects before Python looks for rings among them. At its own 700 that look took a fifth of a
report's time: each begun request makes dozens of objects, and they are no rings."""

LOGGING = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""Its errors (an application that raised, with the traceback) go where ours go. Not its steps of
starting, nor its warning that the embedded form is experimental: nothing for an operator."""

log = logging.getLogger(__name__)


class ServeError(Exception):
    """The address cannot be served; worded for the operator."""


def run(work: Coroutine[object, object, None]) -> None:
    """Run the work in an event loop of its own, to its end.

    libuv's loop, where there is one: a report costs it a tenth less processor time, since a wake-up
    by the server's threads is cheaper there.
    """
    if sys.platform == "win32":
        asyncio.run(work)
    else:
        import uvloop  # noqa: PLC0415 - it does not exist on Windows

        uvloop.run(work)


async def serve(
    app: ASGIApp, address: str, port: int, authority: Authority | None, stop: asyncio.Event
) -> None:
    """Serve until `stop` is set, then let the requests in flight end. Raises ServeError.

    Without an authority it is plain HTTP: for bytes that mean nothing, as a speed test's.
    """
    _try_address(address, port)
    gc.freeze()  # what is loaded by now stays: it need not be looked through again
    gc.set_threshold(COLLECT_AFTER)
    server = Server(
        app,
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        # HTTP/1.1 alone: its header deadline closes a client that trickles, HTTP/2 has none.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_MILLISECONDS),
        websockets=False,
        backlog=1024,
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
        log_access=False,
        ssl_cert=authority.certificate if authority else None,
        ssl_key=authority.key if authority else None,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    serving = asyncio.ensure_future(server.serve())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.stop()  # type: ignore[no-untyped-call] # granian types all but this
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await serving
    except TimeoutError:
        log.info("stopped without waiting for connections that stayed open")


def _try_address(address: str, port: int) -> None:
    """Bind once with the errors of the system: the server's own tell neither port nor cause."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        raise ServeError(f"cannot listen on {address}:{port}: {error.strerror}") from error
