"""`wardwatch serve`: the serving process, as `up` starts it."""

from __future__ import annotations

import click

from console.commands.call import Call, Refused, state_option


@click.command(hidden=True)
@state_option
@click.pass_obj
def serve(call: Call) -> None:
    """Serve agents, metrics and pages until stopped."""
    import asyncio  # noqa: PLC0415

    from collector.authority import AuthorityError  # noqa: PLC0415
    from collector.serve import ServeError  # noqa: PLC0415
    from console.serving import run  # noqa: PLC0415

    try:
        asyncio.run(run(call.folder, call.settings(), call.clock))
    except (AuthorityError, ServeError) as error:
        raise Refused(str(error)) from error
