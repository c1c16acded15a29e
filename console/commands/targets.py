"""`wardwatch targets`: items 23, 27 and 28 as figures that lead to their readings."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from console.commands.call import Call, Refused, json_option, print_json, state_option
from console.names import label
from console.notation import number, percent

if TYPE_CHECKING:
    from alerts.targets import Target
    from console.desk import Desk


@click.command()
@click.option("--item", type=click.Choice(["23", "27", "28"]))
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="As recorded at the end of that day, like 2026-06-09.",
)
@click.option("--plan", is_flag=True, help="Who to equip first, with what, why and at what cost.")
@json_option
@state_option
@click.pass_obj
def targets(call: Call, item: str | None, at: datetime | None, plan: bool, as_json: bool) -> None:
    """Show the figures of the plan, now or at the end of a day gone by."""
    from alerts.words import texts  # noqa: PLC0415

    if plan:
        if at:
            raise Refused("the plan of equipment is made of what is so now: leave --at out")
        _plan(call, as_json=as_json)
        return
    with call.desk() as desk:
        figures = _recorded(desk, call.clock(), at.date()) if at else desk.moment().targets
    found = [one for one in figures if item in {None, str(one.item)}]
    if as_json:
        print_json(found)
        return
    for one in found:
        name = texts().text("vi", f"item.{one.item}")
        click.echo(
            f"{one.item}  {percent(one.ratio, 'vi'):>6}  {one.passing}/{one.denominator} đạt,"
            f" {one.failing} không đạt, {one.unknown} chưa rõ  {name}"
        )


def _plan(call: Call, *, as_json: bool) -> None:
    from alerts.plan import plan  # noqa: PLC0415
    from alerts.words import texts, title  # noqa: PLC0415

    with call.desk() as desk:
        moment = desk.moment()
        inventory = moment.office.inventory
        made = plan(inventory, moment.findings)
    if as_json:
        print_json(made)
        return
    for one in made.needs:
        why = "; ".join(dict.fromkeys(title(reason.rule, "vi") for reason in one.reasons))
        what = texts().text("vi", f"need.{one.what}")
        price = "chưa có đơn giá" if one.price_vnd is None else f"{number(one.price_vnd, 'vi')} đ"
        named = label(inventory, one.subject)
        click.echo(f"{one.rank:>3}. {named}: {one.count} {what}, {price}  ({why})")
    click.echo(f"Tổng: {number(made.total_vnd, 'vi')} đ")
    if made.unknown:
        click.echo(f"Chưa đủ số liệu: {', '.join(made.unknown)}")


def _recorded(desk: Desk, now: datetime, day: date) -> tuple[Target, ...]:
    from alerts.history import day_end, targets_at  # noqa: PLC0415

    inventory = desk.source.current()
    try:
        has_ended = day_end(day, inventory.site.timezone) <= now
    except OverflowError:  # the last day of all calendars
        has_ended = False
    if not has_ended:
        raise Refused(f"{day} has not ended yet")
    with desk.store.read() as connection:
        return targets_at(connection, inventory, day)
