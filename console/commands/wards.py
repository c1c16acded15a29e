"""`wardwatch wards`: a city's wards by their signed figures, and how they join."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option

if TYPE_CHECKING:
    from collector.summary.city import Figure
    from console.words import Words


@click.group(invoke_without_command=True)
@json_option
@state_option
@click.pass_context
def wards(context: click.Context, as_json: bool) -> None:
    """List the wards that tell this city their figures; let one join; check what is stored."""
    if context.invoked_subcommand is None:
        context.invoke(list_wards, as_json=as_json)


@wards.command("list")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@json_option
@state_option
@click.pass_obj
def list_wards(call: Call, language: str = "vi", as_json: bool = False) -> None:
    """Each declared ward with its newest day; exit code 1 while one of them has none."""
    from console import rollup  # noqa: PLC0415
    from console.words import Words  # noqa: PLC0415

    with call.desk() as desk:
        found = rollup.look(desk)
        timezone = desk.source.current().site.timezone
    words = Words("en" if language == "en" else "vi", timezone, call.clock())
    if as_json:
        print_json(found)
    else:
        click.echo(_line(words, words.text("wards.all"), "", found.figures))
        for one in found.wards:
            state = f"{words.text(f'wards.{one.state}')} {words.day(one.day) if one.day else ''}"
            click.echo(_line(words, one.name, state, one.figures))
    raise SystemExit(1 if found.missing else 0)


def _line(words: Words, name: str, state: str, figures: Iterable[Figure]) -> str:
    shares = "  ".join(
        f"{one.item}: {words.percent(one.ratio)} ({one.passing}/{one.failing}/{one.unknown})"
        for one in figures
    )
    return f"{name:<32} {state:<32} {shares}".rstrip()


@wards.command()
@click.argument("ward")
@click.option("--hours", type=click.FloatRange(0.1, 24 * 30), default=168.0, show_default=True)
@json_option
@state_option
@click.pass_obj
def token(call: Call, ward: str, hours: float, as_json: bool) -> None:
    """Print the string by which the declared WARD joins, once: `wardwatch city join` there."""
    from collector.authority import Authority, AuthorityError  # noqa: PLC0415
    from collector.summary.wards import WardError, join_string, new_token  # noqa: PLC0415
    from console.addresses import names, parse, reach  # noqa: PLC0415

    listen, now = parse(call.settings().listen), call.clock()
    with call.desk() as desk:
        try:
            authority = Authority.open(call.folder / "ca", names(listen), now)
            with desk.store.write() as connection:
                made = new_token(
                    connection, now, desk.source.current(), actor(), ward, timedelta(hours=hours)
                )
        except (AuthorityError, WardError) as error:
            raise Refused(str(error)) from error
    string = join_string(str(reach(listen)), authority.pin, made)
    if as_json:
        print_json({"join": string, "ward": ward, "expires_at": now + timedelta(hours=hours)})
    else:
        click.echo(string)


@wards.command()
@state_option
@click.pass_obj
def verify(call: Call) -> None:
    """Check the signature of every stored day; exit code 1 where one does not fit."""
    from collector.summary import ledger  # noqa: PLC0415

    with call.desk() as desk, desk.store.read() as connection:
        wrong = ledger.damaged(connection)
    for site, when, revision in wrong:
        click.echo(f"{site} {when} revision {revision}: not as it was signed")
    if not wrong:
        click.echo("every stored day is as it was signed")
    raise SystemExit(1 if wrong else 0)
