"""`wardwatch token`: let one more PC join."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.group()
def token() -> None:
    """Make the one-time strings by which PCs join."""


@token.command()
@click.option("--asset", metavar="ID", help="Bind it to this declared machine: approved at once.")
@click.option("--hours", type=click.FloatRange(0.1, 24 * 30), help="Valid for: 24, by stick 168.")
@click.option(
    "--offline",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="For a PC without a network: write an invitation into DIR (the stick). Needs --asset.",
)
@json_option
@state_option
@click.pass_obj
def new(
    call: Call, asset: str | None, hours: float | None, offline: Path | None, as_json: bool
) -> None:
    """Print a join string, to be typed or pasted on the PC; or write it on a stick."""
    from collector.authority import Authority, AuthorityError  # noqa: PLC0415
    from collector.joining import JoiningError, join_string, new_token  # noqa: PLC0415
    from collector.lines.pins import pinned  # noqa: PLC0415
    from console.addresses import names, parse, reach  # noqa: PLC0415

    if offline and not asset:
        raise Refused("--offline needs --asset ID: the stick goes to one declared machine")
    hours = hours or (168.0 if offline else 24.0)
    listen = parse(call.settings().listen)
    now, address = call.clock(), reach(listen)
    with call.desk() as desk:
        try:
            authority = Authority.open(call.folder / "ca", names(listen), now)
            with desk.store.write() as connection:
                made = new_token(
                    connection, now, desk.source.current(), actor(), asset, timedelta(hours=hours)
                )
            pins = pinned(desk.source.current())
        except (AuthorityError, JoiningError) as error:
            raise Refused(str(error)) from error
    string = join_string(str(address), authority.pin, made)
    if offline and asset:
        _invite(offline, asset, string, authority.ca_pem.decode("ascii"), pins)
        return
    if as_json:
        print_json({"join": string, "asset": asset, "expires_at": now + timedelta(hours=hours)})
        return
    click.echo(string)
    if listen.loopback:
        click.echo(
            "wardwatch: the collector listens on loopback alone, so only this machine can join",
            err=True,
        )


def _invite(folder: Path, asset: str, string: str, ca: str, lines: object) -> None:
    """Write the invitation; the string is on the stick and nowhere else."""
    import msgspec  # noqa: PLC0415 - 0.2 s that `--help` can spare

    path = folder / f"wardwatch-join-{asset}.json"
    told: dict[str, object] = {
        "wardwatch": "invitation",
        "version": 1,
        "asset": asset,
        "join": string,
        "ca": ca,
    }
    told["lines"] = lines
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(told)))
    except OSError as error:
        raise Refused(f"can't write {path}: {error.strerror or error}") from error
    click.echo(f"{path} lets {asset} join, once. On that PC, with the stick:")
    click.echo("  wardwatch-agent join STICK     (administrator; the invitation is then removed)")
    click.echo("  wardwatch-agent export STICK   and bring the stick back: wardwatch import STICK")
