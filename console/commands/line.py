"""`wardwatch line`: the Internet lines on a terminal, and what a PC pins of them."""

from __future__ import annotations

import click

from console.commands.call import Call, json_option, print_json, state_option


@click.group()
def line() -> None:
    """Look at the Internet lines."""


@line.command()
@state_option
@click.pass_obj
def pins(call: Call) -> None:
    """Print line.json: an administrator may put it into the agent's folder on a PC.

    Joining does the same; over the wire it is never changed.
    """
    from collector.lines.pins import pinned  # noqa: PLC0415 - 0.2 s that `--help` can spare

    with call.desk() as desk:
        print_json(pinned(desk.source.current()))


@line.command()
@json_option
@state_option
@click.pass_obj
def interruptions(call: Call, as_json: bool) -> None:
    """List the interruptions of 30 days, newest first, each with who is to blame."""
    from datetime import timedelta  # noqa: PLC0415

    from alerts.words import texts  # noqa: PLC0415
    from collector.lines.interruptions import recent  # noqa: PLC0415

    now = call.clock()
    with call.desk() as desk:
        with desk.store.read() as connection:
            found = [
                one
                for declared in desk.source.current().lines
                for one in recent(connection, declared.id, now - timedelta(days=30))
            ]
        words = call.words(desk)
    if as_json:
        print_json(found)
        return
    for one in found:
        party = texts().text("vi", f"party.{one.party}")
        span = words.span(one.seconds(now))
        click.echo(f"{words.instant(one.began_at):<18} {one.line:<20} {span:<12} {party}")
