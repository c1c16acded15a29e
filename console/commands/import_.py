"""`wardwatch import`: reports carried on a stick from a PC without a network."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@state_option
@click.pass_obj
def import_(call: Call, file: Path, as_json: bool) -> None:
    """Store the reports of FILE, which `wardwatch-agent export` wrote; twice is once."""
    from collector import carried  # noqa: PLC0415

    with call.desk() as desk:
        try:
            done = carried.take_in(desk.store, file, call.clock(), actor())
        except carried.CarriedError as error:
            raise Refused(str(error)) from error
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done.asset}: {done.new} reports stored, {done.repeated} were stored before")
    if done.conflicting:
        click.echo(
            f"{done.conflicting} numbers were stored before with other content:"
            f" two PCs may hold the key of {done.agent}",
            err=True,
        )
        raise click.exceptions.Exit(1)
