"""`wardwatch user`: who may sign in, and the one-time link that lets them."""

from __future__ import annotations

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.group()
def user() -> None:
    """Add users, and make one-time links to sign in."""


@user.command()
@click.argument("name")
@state_option
@click.pass_obj
def add(call: Call, name: str) -> None:
    """Add the user NAME; then give them a link."""
    from console import people  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        try:
            people.add(connection, call.clock(), actor(), name)
        except people.PeopleError as error:
            raise Refused(str(error)) from error
    click.echo(f"{name} was added; `wardwatch user link {name}` makes the way in")


@user.command()
@click.argument("name", required=False)
@click.option("--minutes", type=click.IntRange(1, 24 * 60), default=15, show_default=True)
@json_option
@state_option
@click.pass_obj
def link(call: Call, name: str | None, minutes: int, as_json: bool) -> None:
    """Print a link that signs NAME in once; NAME may be left out where there is one user."""
    from console import people  # noqa: PLC0415
    from console.addresses import parse, reach  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        known = people.known(connection)
        if name is None and len(known) != 1:
            raise Refused(f"name the user: {', '.join(known) or 'there is none yet'}")
        try:
            chosen = name or known[0]
            token = people.new_link(connection, call.clock(), actor(), chosen, minutes / 60)
        except people.PeopleError as error:
            raise Refused(str(error)) from error
    address = f"https://{reach(parse(call.settings().listen))}/link/{token}"
    if as_json:
        print_json({"user": chosen, "link": address, "minutes": minutes})
    else:
        click.echo(address)
