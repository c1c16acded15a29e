"""`wardwatch up`: the collector, the console, the duties and an agent for this machine."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Call, Refused, state_option


@click.command()
@click.option("--inventory", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--listen", metavar="ADDRESS:PORT", help="By default 0.0.0.0:8443.")
@click.option("--database", metavar="URL", help="By default SQLite in the state folder.")
@click.option("--without-agent", is_flag=True, help="A further server on the same database.")
@click.option("--agent-load-interval", type=float, hidden=True)
@state_option
@click.pass_obj
def up(
    call: Call,
    inventory: Path | None,
    listen: str | None,
    database: str | None,
    without_agent: bool,
    agent_load_interval: float | None,
) -> None:
    """Start everything, and keep it running until Ctrl-C or SIGTERM."""
    from console import starting  # noqa: PLC0415 - loads the whole collector
    from console.preflight import PreflightError, Wish  # noqa: PLC0415

    options = ("--load-interval", str(agent_load_interval)) if agent_load_interval else ()
    agent = None if without_agent else options
    try:
        starting.up(Wish(call.folder, inventory, listen, database), agent, call.clock)
    except PreflightError as error:
        raise Refused(str(error)) from error
