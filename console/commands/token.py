"""`wardwatch token`: let one more PC join."""

from __future__ import annotations

from datetime import timedelta

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.group()
def token() -> None:
    """Make the one-time strings by which PCs join."""


@token.command()
@click.option("--asset", metavar="ID", help="Bind it to this declared machine: approved at once.")
@click.option("--hours", type=click.FloatRange(0.1, 24 * 30), default=24.0, show_default=True)
@json_option
@state_option
@click.pass_obj
def new(call: Call, asset: str | None, hours: float, as_json: bool) -> None:
    """Print a join string, to be typed or pasted on the PC."""
    from collector.authority import Authority, AuthorityError  # noqa: PLC0415
    from collector.joining import JoiningError, join_string, new_token  # noqa: PLC0415
    from console.addresses import names, parse, reach  # noqa: PLC0415

    listen = parse(call.settings().listen)
    now, address = call.clock(), reach(listen)
    with call.desk() as desk:
        try:
            pin = Authority.open(call.folder / "ca", names(listen), now).pin
            with desk.store.write() as connection:
                made = new_token(
                    connection, now, desk.source.current(), actor(), asset, timedelta(hours=hours)
                )
        except (AuthorityError, JoiningError) as error:
            raise Refused(str(error)) from error
    string = join_string(str(address), pin, made)
    if as_json:
        print_json({"join": string, "asset": asset, "expires_at": now + timedelta(hours=hours)})
        return
    click.echo(string)
    if listen.loopback:
        click.echo(
            "wardwatch: the collector listens on loopback alone, so only this machine can join",
            err=True,
        )
