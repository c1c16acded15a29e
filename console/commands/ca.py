"""`wardwatch ca`: the office's certificate authority, which every agent pins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.group()
def ca() -> None:
    """Look at the certificate authority, or give it a new certificate."""


@ca.command()
@json_option
@state_option
@click.pass_obj
def show(call: Call, as_json: bool) -> None:
    """The pin, and from when to when agents believe it; exit code 1 outside of that."""
    from collector import authority  # noqa: PLC0415 - 0.2 s that `--help` can spare

    call.settings()
    try:
        found = authority.life(call.folder / "ca")
    except authority.AuthorityError as error:
        raise Refused(str(error)) from error
    state = _state(found, call.clock())
    if as_json:
        print_json({"life": found, "state": state})
    else:
        _tell(found)
        if state != "valid":
            click.echo(f"wardwatch: {_REMEDY[state]}", err=True)
    if state != "valid":
        raise click.exceptions.Exit(1)


@ca.command()
@state_option
@click.pass_obj
def renew(call: Call) -> None:
    """Make a new certificate for the same key: agents go on, and join strings stay good.

    The key is never changed by a command. One that was stolen is ended by a new `ca` folder, and
    then every PC joins anew.
    """
    from collector import audit, authority  # noqa: PLC0415

    with call.desk() as desk:
        now = call.clock()
        try:
            made = authority.renew(call.folder / "ca", now)
        except authority.AuthorityError as error:
            raise Refused(str(error)) from error
        with desk.store.write() as connection:
            detail: dict[str, str | int | None] = {
                "pin": made.pin,
                "ends_at": made.ends_at.isoformat(),
            }
            audit.append(connection, now, actor(), "ca-renewed", detail)
    _tell(made)
    click.echo("a running `wardwatch up` serves it within an hour, or once it is started again")


_REMEDY = {
    "not-begun": "it is not valid yet: set this machine's clock right, or: wardwatch ca renew",
    "over": "it is over: wardwatch ca renew, and let the PCs join anew",
}


def _state(found: Any, now: datetime) -> str:
    if now < found.begins_at:
        return "not-begun"
    return "over" if now > found.ends_at else "valid"


def _tell(found: Any) -> None:
    click.echo(f"pin    {found.pin}")
    click.echo(f"valid  {found.begins_at:%Y-%m-%d} to {found.ends_at:%Y-%m-%d} (UTC)")
