"""`wardwatch changes`: what changed in the hardware, system and software of the PCs."""

from __future__ import annotations

import click

from console.commands.call import Call, Refused, json_option, print_json, state_option


@click.command()
@click.option("--asset", metavar="ID", help="Of this declared machine; else of all.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@json_option
@state_option
@click.pass_obj
def changes(call: Call, asset: str | None, limit: int, as_json: bool) -> None:
    """List the changes, newest first, with what was there before and after."""
    from collector.changes import newest  # noqa: PLC0415 - 0.2 s that `--help` can spare
    from console import history  # noqa: PLC0415

    with call.desk() as desk:
        inventory = desk.source.current()
        with desk.store.read() as connection:
            found = newest(connection, limit, asset)
        if asset and not found and inventory.machine(asset) is None:
            raise Refused(f"no machine {asset} is declared, and none ever changed")
        words = call.words(desk)
    if as_json:
        print_json(found)
        return
    for one, row in zip(found, history.rows(found, words), strict=True):
        click.echo(f"{words.instant(row.at):<18} {one.asset:<20} {row.kind}: {row.path}")
        click.echo(f"{'':<18} {row.before} → {row.after}")
