"""`wardwatch incidents`: all incidents, the open ones first."""

from __future__ import annotations

import click

from console.commands.call import Call, json_option, print_json, state_option


@click.command()
@click.option("--open", "only_open", is_flag=True, help="Only those that are not ended.")
@json_option
@state_option
@click.pass_obj
def incidents(call: Call, only_open: bool, as_json: bool) -> None:
    """List incidents."""
    from alerts import queries  # noqa: PLC0415
    from console.file_screen import show_incidents  # noqa: PLC0415

    with call.desk() as desk, desk.store.read() as connection:
        found = (queries.open_incidents if only_open else queries.all_incidents)(connection)
        words = call.words(desk)
    if as_json:
        print_json(found)
        return
    show_incidents(found, words)
