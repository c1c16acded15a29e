"""`wardwatch inventory`: is the office's file right, and what may stand in it."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Refused, json_option, print_json


@click.group()
def inventory() -> None:
    """Check the office's inventory file."""


@inventory.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(file: Path, as_json: bool) -> None:
    """Name every problem of FILE with its line and a hint."""
    from collector.inventory.read import InventoryError, load  # noqa: PLC0415

    try:
        found = load(file)
    except InventoryError as error:
        if as_json:
            print_json({"ok": False, "problems": error.problems})
            raise click.exceptions.Exit(2) from error
        raise Refused(str(error)) from error
    counts = {"people": len(found.people), "machines": len(found.machines)}
    counts |= {"devices": len(found.devices), "lines": len(found.lines)}
    counts |= {"backups": len(found.backups)}
    if as_json:
        print_json({"ok": True, "site": found.site.id, **counts})
    else:
        listed = ", ".join(f"{count} {name}" for name, count in counts.items())
        click.echo(f"{file} is right: {found.site.name}, {listed}")


@inventory.command()
def schema() -> None:
    """Print the JSON Schema, for editors that complete and check while one types."""
    from collector.inventory.schema import schema as described  # noqa: PLC0415

    print_json(described())
