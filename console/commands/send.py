"""`wardwatch incident send|resend|hand-over|files`: approve what leaves, and look at what left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands.call import (
    Call,
    Refused,
    actor,
    json_option,
    print_json,
    state_option,
)
from console.commands.obligations import writing

if TYPE_CHECKING:
    from alerts.sending import Recipient

RECIPIENTS = ("police", "force", "authority")


@click.command()
@click.argument("id")
@click.option("--to", "to", multiple=True, type=click.Choice(RECIPIENTS), default=("police",))
@click.option("--obligation", help="What the receipt closes, as `anm-24h`.")
@click.option(
    "--file", "numbers", multiple=True, type=int, help="Numbers as `incident files` tells."
)
@state_option
@click.pass_obj
def send(
    call: Call, id: str, to: tuple[Recipient, ...], obligation: str | None, numbers: tuple[int, ...]
) -> None:
    """Approve that the police file of incident ID (or --file …) is sent by mail."""
    from alerts import sending  # noqa: PLC0415
    from console import preparing  # noqa: PLC0415

    with writing(call) as (desk, connection):
        chosen = numbers or preparing.newest(connection, id)
        asked = sending.Approval(id, tuple(chosen), tuple(to), obligation)
        inventory = desk.source.current()
        sending.approve(connection, inventory, call.clock(), actor(), asked)
    click.echo(f"{id}: approved for {', '.join(to)}; it leaves within seconds")


@click.command("hand-over")
@click.argument("id")
@click.option(
    "--file", "numbers", multiple=True, type=int, help="Numbers as `incident files` tells."
)
@state_option
@click.pass_obj
def hand_over(call: Call, id: str, numbers: tuple[int, ...]) -> None:
    """Put the police file of incident ID (or --file …) onto the list that the police's account opens."""
    from console import handing, preparing  # noqa: PLC0415

    with writing(call) as (_, connection):
        chosen = numbers or preparing.newest(connection, id)
        handed = handing.hand_over_kept(connection, call.clock(), actor(), id, tuple(chosen))
    click.echo(f"{id}: {len(handed)} files are on the police's list")


@click.command()
@click.argument("id")
@click.argument("dispatch", type=int)
@state_option
@click.pass_obj
def resend(call: Call, id: str, dispatch: int) -> None:
    """Send once more what the other side refused."""
    from alerts import sending  # noqa: PLC0415

    with writing(call) as (_, connection):
        sending.again(connection, call.clock(), actor(), id, dispatch)
    click.echo(f"{id}: {dispatch} is sent once more")


@click.command()
@click.argument("id")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write them there.")
@json_option
@state_option
@click.pass_obj
def files(call: Call, id: str, out: Path | None, as_json: bool) -> None:
    """List what is kept of incident ID and what was sent of it; with --out, write the files."""
    from alerts import filing, sending  # noqa: PLC0415

    with call.desk() as desk, desk.store.read() as connection:
        kept = filing.listed(connection, id)
        sent = sending.listed(connection, id)
        contents = [filing.one(connection, one.id) for one in kept] if out else []
    if out is not None:
        _write(out, contents)
    if as_json:
        print_json({"files": kept, "sent": [_told(one) for one in sent]})
        return
    for one in kept:
        signed = f"  signed by {one.signer}" if one.signer else ""
        click.echo(f"{one.id}  {one.name}  {one.bytes} bytes  SHA-256 {one.sha256}{signed}")
    for told in map(_told, sent):
        click.echo(f"sent {told['id']}  {told['recipient']}  {told['state']}  {told['said']}")


def _told(one: Any) -> dict[str, Any]:
    letter = one.letter
    return {
        "id": one.id,
        "recipient": one.recipient,
        "obligation": one.obligation,
        "state": one.state,
        "approved_by": one.actor,
        "sent_at": letter.sent_at,
        "said": letter.receipt or letter.error or "",
    }


def _write(out: Path, contents: list[Any]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for found in contents:
            if found is not None:
                (out / found[0].name).write_bytes(found[1])
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from error
