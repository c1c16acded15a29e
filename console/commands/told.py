"""`wardwatch incident report|state|correct-t0|duplicate`: what people know and no reading holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alerts.vocabulary import FIELDS
from console.commands.call import Call, Refused, actor, state_option
from console.commands.obligations import instant, writing

if TYPE_CHECKING:
    from alerts.vocabulary import Field


def report(call: Call, kind: str, asked: dict[str, Any], *, drill: bool) -> None:
    """Open the incident and name it."""
    from alerts import reporting  # noqa: PLC0415

    now = call.clock()
    at = instant(asked["told_at"]) if asked["told_at"] else now
    with writing(call) as (desk, connection):
        inventory = desk.source.current()
        told = reporting.Report(
            f"told-{kind}",
            asked["subject"] or inventory.site.id,
            asked["words"] or "",
            asked["who"] or "",
            at,
            drill,
        )
        made = reporting.report(connection, inventory, now, actor(), told)
    click.echo(f"{made.id} is open: {made.group}, {made.level}")


@click.command()
@click.argument("id")
@click.argument("field", type=click.Choice(FIELDS))
@click.argument("text")
@state_option
@click.pass_obj
def state(call: Call, id: str, field: Field, text: str) -> None:
    """State one FIELD of the papers on incident ID; an empty TEXT takes it back."""
    from alerts import statements  # noqa: PLC0415

    if field in {"happened-at", "restored-at"} and text:
        text = instant(text).isoformat()
    with writing(call) as (_, connection):
        statements.state(connection, call.clock(), actor(), id, field, text)
    click.echo(f"{id}: {field} is stated")


@click.command("correct-t0")
@click.argument("id")
@click.option("--at", "t0", required=True, metavar="TIME", help="2026-11-23T14:05")
@click.option("--reason", required=True, help="In words; kept for ever.")
@state_option
@click.pass_obj
def correct(call: Call, id: str, t0: str, reason: str) -> None:
    """Start the clocks of incident ID from another moment; T0 as recorded stays in its row."""
    from alerts import handling  # noqa: PLC0415

    with writing(call) as (_, connection):
        handling.correct_t0(connection, call.clock(), actor(), id, instant(t0), reason)
    click.echo(f"{id}: the clocks count from {instant(t0).isoformat()}")


@click.command("duplicate")
@click.argument("id")
@click.option("--of", "into", required=True, metavar="ID", help="The incident that goes on.")
@click.option("--reason", required=True, help="In words; kept for ever.")
@state_option
@click.pass_obj
def merge(call: Call, id: str, into: str, reason: str) -> None:
    """End incident ID as a duplicate: the other one goes on for both, from the earlier T0."""
    from alerts import handling  # noqa: PLC0415

    if not reason.strip():
        raise Refused(f"{id}: duplicate needs a reason in words")
    with writing(call) as (_, connection):
        handling.merge(connection, call.clock(), actor(), id, into, reason)
    click.echo(f"{id} is a duplicate of {into}")
