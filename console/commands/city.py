"""`wardwatch city`: a ward tells its city the signed figures of each day."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option

SHOWN = 31


@click.group()
def city() -> None:
    """Join the city, see what it was told, correct a day."""


@city.command()
@state_option
@click.pass_obj
def join(call: Call) -> None:
    """Join by the city's string, read from stdin: a command line can be read by every account."""
    from collector.audit import append  # noqa: PLC0415
    from collector.summary import link, signing  # noqa: PLC0415

    text = sys.stdin.readline()
    with call.desk() as desk:
        folder, site = call.folder / "ca", desk.source.current().site.id
        try:
            joined = link.join(folder, text, site, signing.new_key(folder))
        except (link.LinkError, link.RefusedForGoodError, signing.SiteKeyError) as error:
            raise Refused(str(error)) from error
        with desk.store.write() as connection:
            detail: dict[str, str | int | None] = {"city": joined.address, "pin": joined.pin}
            append(connection, call.clock(), actor(), "city-joined", detail)
    click.echo(f"{site} tells {joined.name} ({joined.address}) its figures from now on")


@city.command()
@json_option
@state_option
@click.pass_obj
def status(call: Call, as_json: bool) -> None:
    """What was made, what the city has, what it refused; exit code 1 where a day waits."""
    from collector.summary import link, outbox  # noqa: PLC0415

    with call.desk() as desk:
        try:
            joined = link.load(call.folder / "ca")
        except link.LinkError as error:
            raise Refused(str(error)) from error
        with desk.store.read() as connection:
            days, waiting = outbox.newest(connection, SHOWN), outbox.waiting(connection)
    if as_json:
        told = [
            {
                name: getattr(one, name)
                for name in ("day", "revision", "made_at", "sent_at", "refused")
            }
            for one in days
        ]
        print_json(
            {"city": joined.address if joined else None, "waiting": len(waiting), "days": told}
        )
    else:
        click.echo(f"city {joined.address}" if joined else "no city was joined")
        for one in days:
            state = (
                "stored" if one.sent_at else f"refused: {one.refused}" if one.refused else "waits"
            )
            click.echo(f"{one.day}  revision {one.revision}  {state}")
    raise SystemExit(1 if waiting or any(one.refused for one in days) else 0)


@city.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@state_option
@click.pass_obj
def revise(call: Call, day: datetime) -> None:
    """Tell DAY once more, as counted by the inventory as it is now; the city keeps both."""
    from alerts import summaries  # noqa: PLC0415
    from collector.audit import append  # noqa: PLC0415
    from collector.summary.wire import REVISIONS  # noqa: PLC0415

    now, wanted = call.clock(), day.date()
    with call.desk() as desk:
        inventory = desk.source.current()
        if wanted not in summaries.ended(now, inventory.site.timezone):
            raise Refused(f"{wanted} has not ended yet, or is more than a month old")
        with desk.store.write() as connection:
            revision = summaries.revise(connection, inventory, now, wanted)
            if revision > REVISIONS:
                raise Refused(f"{wanted} was corrected {REVISIONS} times: the city takes no more")
            detail: dict[str, str | int | None] = {"day": wanted.isoformat(), "revision": revision}
            append(connection, now, actor(), "city-day-revised", detail)
    click.echo(f"{wanted} goes to the city as revision {revision}")
