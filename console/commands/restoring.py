"""`wardwatch backup restore|holds|explain`: bring back a set, and say what the signs of harm were."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.command()
@click.argument("set")
@click.option("--to", "into", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--at", metavar="TIME", help="As of then, by the site's clock: 2026-11-20[T17:30].")
@click.option("--path", "paths", multiple=True, metavar="P", help="Only this; may be repeated.")
@click.option("--snapshot", metavar="ID", help="This one, by the beginning of its id.")
@click.option("--beside", is_flag=True, help="Into a new folder below DIR, which may hold files.")
@json_option
@state_option
@click.pass_obj
def restore(call: Call, /, as_json: bool, at: str | None, **asked: Any) -> None:
    """Restore SET into the new or empty folder DIR; nothing is overwritten."""
    from backup.restoring import Wish  # noqa: PLC0415
    from backup.restoring import restore as bring  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        wish = Wish(at=_instant(at, inventory.site.timezone), **asked)
        done = bring(verifier, inventory, wish, actor(), _progress)
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done.files} files restored to {done.folder} from {done.snapshot[:8]}")
        if done.seen_at is not None:
            click.echo(f"as they were backed up at {done.seen_at:%Y-%m-%d %H:%M} UTC")
    if done.missing:
        raise Refused(f"{len(done.missing)} files did not arrive whole: {done.missing[0]!r}")


def _progress(arrived: Any) -> None:
    """On stderr, where the answer is not: one line that changes on a screen, or many in a log."""
    told = f"{arrived.ratio:.0%} of {arrived.of_bytes} bytes, {arrived.files} files"
    if sys.stderr.isatty():
        click.echo(f"\r{told:<70}", nl=arrived.ratio >= 1, err=True)
    else:
        click.echo(told, err=True)


def _instant(text: str | None, timezone: str) -> datetime | None:
    """A date alone means the end of that day."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"--at {text!r} is no time: 2026-11-20 or 2026-11-20T17:30") from error
    if len(text) == len("2026-11-20"):
        at = at.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))


@click.command("holds")
@json_option
@state_option
@click.pass_obj
def hold_list(call: Call, as_json: bool) -> None:
    """What keeps old snapshots until somebody explains it, with its number."""
    from backup import holds  # noqa: PLC0415
    from console.notation import instant  # noqa: PLC0415

    with call.desk() as desk:
        timezone = desk.source.current().site.timezone
        with desk.store.read() as connection:
            found = holds.unexplained(connection)
    if as_json:
        print_json(found)
        return
    for one in found:
        subject = one.set or one.repository
        click.echo(
            f"{one.id:<6} {instant(one.since, timezone)}  {one.cause} {subject}: {one.detail}"
        )


@click.command()
@click.argument("hold", type=int)
@click.argument("why")
@state_option
@click.pass_obj
def explain(call: Call, hold: int, why: str) -> None:
    """Say WHY what holds retention happened: afterwards old snapshots go again."""
    from console import by_hand  # noqa: PLC0415

    with call.verifier() as (verifier, _inventory):
        if not by_hand.explain(verifier, hold, why, actor()):
            raise Refused(f"no hold {hold} waits for an explanation")
    click.echo(f"hold {hold} is explained")


COMMANDS = (restore, hold_list, explain)
