"""`wardwatch duties`: the duties process, as `up` starts it."""

from __future__ import annotations

import click

from console.commands.call import Call, state_option


@click.command(hidden=True)
@state_option
@click.pass_obj
def duties(call: Call) -> None:
    """Look at lines, prove backups, judge and remind until stopped."""
    import signal  # noqa: PLC0415
    from threading import Event  # noqa: PLC0415

    from console.addresses import parse, reach, replica  # noqa: PLC0415
    from console.desk import open_desk  # noqa: PLC0415
    from console.duties import run  # noqa: PLC0415

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = call.settings()
    address = str(reach(parse(settings.listen)))
    run(open_desk(settings, call.folder, call.clock), stop, replica(call.folder), address)
