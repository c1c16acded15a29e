"""`wardwatch serve`: the serving process, as `up` starts it."""

from __future__ import annotations

import click

from console.commands.call import Call, Refused, state_option


@click.command(hidden=True)
@state_option
@click.pass_obj
def serve(call: Call) -> None:
    """Serve agents, metrics and pages until stopped."""
    from collector.authority import AuthorityError  # noqa: PLC0415
    from collector.serve import ServeError, run  # noqa: PLC0415
    from console import serving  # noqa: PLC0415

    try:
        run(serving.run(call.folder, call.settings(), call.clock))
    except (AuthorityError, ServeError) as error:
        raise Refused(str(error)) from error
