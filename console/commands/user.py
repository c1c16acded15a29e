"""`wardwatch user`: who may sign in, and the one-time link that lets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option
from console.roles import ROLES, Role


@click.group()
def user() -> None:
    """Add users with their roles, and make one-time links to sign in."""


@user.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="officer",
    show_default=True,
    help="viewer reads figures; police reads what was handed over; auditor reads and acts on nothing.",
)
@state_option
@click.pass_obj
def add(call: Call, name: str, role: Role) -> None:
    """Add the user NAME; then give them a link."""
    from console import people  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        try:
            people.add(connection, call.clock(), actor(), name, role)
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


@user.command("list")
@json_option
@state_option
@click.pass_obj
def list_(call: Call, as_json: bool) -> None:
    """Print all users with their roles."""
    from console import people  # noqa: PLC0415

    with call.desk() as desk, desk.store.read() as connection:
        found = people.everyone(connection)
    if as_json:
        print_json(found)
        return
    for one in found:
        shut = " (shut out)" if one.closed_at else ""
        click.echo(f"{one.id}\t{one.role}{shut}")


@user.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@state_option
@click.pass_obj
def role_(call: Call, name: str, role: Role) -> None:
    """Give the user NAME another ROLE."""
    from console import people  # noqa: PLC0415

    _do(call, lambda connection: people.set_role(connection, call.clock(), actor(), name, role))
    click.echo(f"{name} is now {role}")


@user.command()
@click.argument("name")
@state_option
@click.pass_obj
def close(call: Call, name: str) -> None:
    """Shut the user NAME out at once."""
    from console import people  # noqa: PLC0415

    _do(call, lambda connection: people.close(connection, call.clock(), actor(), name))
    click.echo(f"{name} is shut out")


@user.command("second-factor-off")
@click.argument("name")
@state_option
@click.pass_obj
def second_factor_off(call: Call, name: str) -> None:
    """Forget the second factor of NAME, whose telephone is lost."""
    from console import factor  # noqa: PLC0415

    _do(call, lambda connection: factor.keep(connection, call.clock(), name, None))
    click.echo(f"{name} signs in by password alone, until they set it again")


@user.command()
@click.argument("name")
@click.option("--for", "purpose", required=True, metavar="TEXT", help="What the program is.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@json_option
@state_option
@click.pass_obj
def token(call: Call, name: str, purpose: str, days: int, as_json: bool) -> None:
    """Print a token by which a program asks /api/ as the user NAME."""
    from console import people, sessions  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        if name not in people.known(connection):
            raise Refused(f"there is no user {name}")
        made = sessions.new_token(connection, call.clock(), actor(), name, purpose, days)
    if as_json:
        print_json({"user": name, "token": made, "days": days})
    else:
        click.echo(made)


@user.command("tokens")
@json_option
@state_option
@click.pass_obj
def tokens(call: Call, as_json: bool) -> None:
    """Print which programs may ask, as whom and until when."""
    from console import sessions  # noqa: PLC0415
    from console.notation import instant  # noqa: PLC0415

    with call.desk() as desk, desk.store.read() as connection:
        found = sessions.tokens(connection, call.clock())
        timezone = desk.source.current().site.timezone
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one.user}\t{one.name}\t{instant(one.expires_at, timezone)}")


@user.command("end-token")
@click.argument("name")
@click.option("--for", "purpose", required=True, metavar="TEXT", help="As it was made.")
@state_option
@click.pass_obj
def end_token(call: Call, name: str, purpose: str) -> None:
    """End at once the token of the user NAME that was made for TEXT."""
    from console import sessions  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        ended = sessions.end_tokens(connection, call.clock(), actor(), name, purpose)
    if not ended:
        raise Refused(f"{name} has no token for {purpose!r}; see wardwatch user tokens")
    click.echo(f"{ended} ended")


def _do(call: Call, act: Callable[[Any], object]) -> None:
    from console import people  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        try:
            act(connection)
        except people.PeopleError as error:
            raise Refused(str(error)) from error
