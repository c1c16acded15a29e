"""`wardwatch targets`: items 23, 27 and 28 as figures that lead to their readings."""

from __future__ import annotations

import click

from console.commands.call import Call, json_option, print_json, state_option
from console.notation import percent


@click.command()
@click.option("--item", type=click.Choice(["23", "27", "28"]))
@json_option
@state_option
@click.pass_obj
def targets(call: Call, item: str | None, as_json: bool) -> None:
    """Show the figures of the plan now."""
    from alerts.words import texts  # noqa: PLC0415

    with call.desk() as desk:
        found = [one for one in desk.moment().targets if item in {None, str(one.item)}]
    if as_json:
        print_json(found)
        return
    for one in found:
        name = texts().text("vi", f"item.{one.item}")
        click.echo(
            f"{one.item}  {percent(one.ratio, 'vi'):>6}  {one.passing}/{one.denominator} đạt,"
            f" {one.failing} không đạt, {one.unknown} chưa rõ  {name}"
        )
