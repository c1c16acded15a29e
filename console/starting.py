"""One life of `wardwatch up`: everything checked, made where missing, started, watched, stopped."""

from __future__ import annotations

import logging
import os
import signal
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event

import click

from backup.pin import PinError
from collector.authority import Authority, AuthorityError
from collector.files import write_private
from collector.store.database import Store
from console import children, first_run, settings
from console.addresses import Listen, at_home, names, reach
from console.children import Child, ChildError
from console.preflight import PreflightError, Ready, Wish, check, open_store
from console.supervisor import Kept, keep, stop_all, watch

log = logging.getLogger("wardwatch")

OPEN_DEADLINE_SECONDS = 30.0


def up(wish: Wish, agent_options: tuple[str, ...] | None, clock: Callable[[], datetime]) -> None:
    """Run until told to stop; None: no agent. Raises PreflightError before anything was started."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ready = check(wish)
    store = open_store(ready.settings.database)
    with ExitStack() as cleaning:
        cleaning.callback(os.close, ready.lock)
        cleaning.callback(store.close)
        try:
            authority = Authority.open(ready.folder / "ca", names(ready.listen), clock())
            if ready.first_inventory is not None:
                write_private(Path(ready.settings.inventory), ready.first_inventory)
            settings.save(ready.folder, ready.settings)
            first_run.prepare(ready.inventory, ready.folder)
        except (AuthorityError, PinError) as error:
            raise PreflightError(str(error)) from error
        except OSError as error:
            raise PreflightError(f"{error.filename}: {error.strerror}") from error
        _run(ready, store, authority, agent_options, stop, clock)


def _run(
    ready: Ready,
    store: Store,
    authority: Authority,
    agent_options: tuple[str, ...] | None,
    stop: Event,
    clock: Callable[[], datetime],
) -> None:
    state = ("--state", str(ready.folder))
    kept: list[Kept] = []
    agent: Child | None = None
    try:
        kept.append(keep("serving", partial(children.start, "console", "serve", *state), _now()))
        if not _opened(at_home(ready.listen), stop, kept[0].child):
            return
        if agent_options is not None:
            agent = _start_agent(ready, store, authority, agent_options, clock)
        kept.append(keep("duties", partial(children.start, "console", "duties", *state), _now()))
        _greet(ready, first_run.way_in(store, clock), agent)
        watch(kept, agent, stop, _now)
    finally:
        stop_all(kept, agent)


def _start_agent(
    ready: Ready,
    store: Store,
    authority: Authority,
    options: tuple[str, ...],
    clock: Callable[[], datetime],
) -> Child | None:
    machine = first_run.own_machine(ready.inventory)
    if machine is None:
        return None
    try:
        first_run.join_agent(
            store, authority, ready.inventory, machine, ready.listen, ready.folder, clock
        )
    except ChildError as error:
        log.error("%s; this machine is not watched", error)  # noqa: TRY400 - told in one sentence
        return None
    return children.start("agent", "run", "--state", str(ready.folder / "agent"), *options)


def _opened(listen: Listen, stop: Event, serving: Child) -> bool:
    """Wait until the port answers a TLS greeting; False when told to stop, or serving ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # only: does it answer
    deadline = _now() + OPEN_DEADLINE_SECONDS
    while not stop.wait(0.1):
        if serving.poll() is not None:
            raise PreflightError("the serving process ended at once: its reason stands above")
        try:
            with (
                socket.create_connection((listen.address, listen.port), 2) as plain,
                context.wrap_socket(plain),
            ):
                return True
        except OSError as error:
            if _now() > deadline:
                raise PreflightError(f"the serving process does not answer: {error}") from error
    return False


def _greet(ready: Ready, token: str | None, agent: Child | None) -> None:
    """Everything that one needs next, on stdout; the link is shown here and logged nowhere."""
    there, home = reach(ready.listen), at_home(ready.listen)
    lines = [
        f"wardwatch watches over {ready.inventory.site.name}",
        f"  console       https://{there}/",
    ]
    if token:
        lines.append(f"  sign in once  https://{there}/link/{token}")
    else:
        lines.append("  sign in       with your password; a new link: wardwatch user link")
    if agent:
        lines.append(f"  local agent   process {agent.pid}")
    lines += [
        f"  certificate   {ready.folder}/ca/ca.pem (let your browser trust it)",
        f"  metrics       curl --cacert {ready.folder}/ca/ca.pem https://{home}/metrics",
        f"  status        wardwatch status --state {ready.folder}",
        "  stop          Ctrl-C, or SIGTERM to process " + str(os.getpid()),
    ]
    click.echo("\n".join(lines))


def _now() -> float:
    return time.monotonic()
