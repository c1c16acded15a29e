"""`wardwatch inventory`: is the office's file right, and what may stand in it."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Call, Refused, json_option, print_json


@click.group()
def inventory() -> None:
    """Check the office's inventory file, or make it from the office's spreadsheet."""


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


@inventory.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--site-id", default="phuong", show_default=True, help="Id on every figure.")
@click.option("--name", default="", help="The office as it signs its papers.")
@click.pass_obj
def import_(call: Call, file: Path, out: Path | None, site_id: str, name: str) -> None:
    """Make an inventory from the office's list of people and PCs, a CSV or XLSX FILE.

    A row of headings is looked for: họ tên, chức danh, phòng ban, tên máy, serial, số phòng, ngày
    mua, chuyên môn. Printed, or written to --out; a file that is there is never written over.
    """
    from console import first_inventory, spreadsheet  # noqa: PLC0415
    from console.inventory_file import problems  # noqa: PLC0415

    try:
        lines = spreadsheet.lines(file.read_bytes(), file.name)
    except spreadsheet.SheetError as error:
        raise Refused(str(error)) from error
    found = first_inventory.draft(lines)
    office = first_inventory.Office(id=site_id, name=name)
    text = first_inventory.written(office, found, call.clock())
    if wrong := problems(text, out.name if out else "inventory.yaml"):
        raise Refused("\n".join(map(str, wrong)))
    for row in found.left_out:
        click.echo(f"wardwatch: left out, row {row}", err=True)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as new:
            new.write(text)
    except OSError as error:
        raise Refused(f"can't write {out}: {error.strerror}") from error
    click.echo(
        f"{out}: {len(found.people)} people, {len(found.machines)} PCs,"
        f" {len(found.departments)} departments; read it, then: wardwatch up --inventory {out}"
    )
