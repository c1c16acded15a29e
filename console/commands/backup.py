"""`wardwatch backup`: plan, run, verify, drill and heal by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from console.commands import restoring
from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.group()
def backup() -> None:
    """Back up, prove and restore."""


@backup.command()
@json_option
@state_option
@click.pass_obj
def status(call: Call, as_json: bool) -> None:
    """What is proved of every set and repository."""
    from msgspec.structs import asdict  # noqa: PLC0415

    from backup import underway  # noqa: PLC0415
    from console import at_work  # noqa: PLC0415
    from console.notation import ago, percent  # noqa: PLC0415
    from console.restoring_time import restoring_time  # noqa: PLC0415

    with call.desk() as desk:
        office, w = desk.moment().office, call.words(desk)
        with desk.store.read() as connection:
            running = underway.backups(connection, office.state.machines, office.now)
            proving = underway.proofs(connection, office.now)
    kept = office.backups
    if as_json:
        print_json({**asdict(kept), "running": running, "proving": proving})
        return
    for one in kept.sets.values():
        last, proof = (ago(at, office.now, "vi") for at in (one.last_success_at, one.last_proof_at))
        click.echo(
            f"{one.set:<20} sao lưu: {last:<22} phục hồi thử: {proof}"
            f"  {restoring_time(one, 'vi')}  {one.last_error or ''}"
        )
    for two in kept.repositories.values():
        read = percent(two.read_bytes / two.bytes if two.bytes else None, "vi")
        click.echo(
            f"{two.repository:<20} đã đọc lại: {read}  {'; '.join((*two.problems, *two.obstacles))}"
        )
    for row in at_work.rows(w, running, proving):
        where = f" ({row.machine})" if row.machine else ""
        click.echo(f"đang chạy: {row.what} {row.subject}{where}, {row.since}: {row.said}")


@backup.command()
@json_option
@state_option
@click.pass_obj
def plan(call: Call, as_json: bool) -> None:
    """When each set was last due by its schedule."""
    from console import backup_plan  # noqa: PLC0415
    from console.notation import instant  # noqa: PLC0415

    with call.desk() as desk:
        inventory = desk.source.current()
    found = backup_plan.plan(inventory, call.clock())
    if as_json:
        print_json(found)
        return
    for one in found:
        due = instant(one.last_due_at, inventory.site.timezone)
        click.echo(f"{one.set:<20} {one.machine:<20} {one.schedule:<18} {due}")


@backup.command()
@click.argument("set")
@state_option
@click.pass_obj
def run(call: Call, set: str) -> None:
    """Ask the PC of SET for a backup; it starts after its next report."""
    from console import by_hand  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        number = by_hand.ask(verifier, inventory, set, actor())
    click.echo(f"asked for a backup of {set} (ask {number})")


@backup.command()
@click.argument("repository")
@json_option
@state_option
@click.pass_obj
def verify(call: Call, repository: str, as_json: bool) -> None:
    """Read REPOSITORY again by hash and check its structure, now."""
    from backup import commands  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        _told(commands.verify(verifier, inventory, repository), as_json)


@backup.command()
@click.argument("set")
@click.option("--whole", "kind", flag_value="whole", default="drill", help="All of SET.")
@json_option
@state_option
@click.pass_obj
def drill(call: Call, set: str, kind: Literal["drill", "whole"], as_json: bool) -> None:
    """Restore files of SET to scratch and compare them, now."""
    from backup import commands  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        _told((commands.drill(verifier, inventory, set, kind),), as_json)


@backup.command()
@click.argument("repository")
@click.argument("object", metavar="KIND/NAME")
@state_option
@click.pass_obj
def accept(call: Call, repository: str, object: str) -> None:
    """Say that an object of REPOSITORY was meant to vanish, or a new key to be there."""
    from console import by_hand  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        by_hand.accept(verifier, inventory, repository, object, actor())
    click.echo(f"accepted {object} of {repository}")


@backup.command("approve-key")
@click.argument("repository")
@click.argument("name", metavar="KEY")
@state_option
@click.pass_obj
def approve_key(call: Call, repository: str, name: str) -> None:
    """Let a new KEY out of quarantine and into REPOSITORY: who holds it can read everything."""
    from console import by_hand  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        by_hand.approve_key(verifier, inventory, repository, name, actor())
    click.echo(f"key {name[:8]} of {repository} is approved")


@backup.command()
@click.argument("repository")
@state_option
@click.pass_obj
def heal(call: Call, repository: str) -> None:
    """Heal REPOSITORY from its exact copy; what has none is asked of the PCs again."""
    from backup import commands  # noqa: PLC0415
    from backup.proofs import sentence  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        proof, aside = commands.heal(verifier, inventory, repository)
    click.echo(sentence(proof))
    for one in aside:
        click.echo(f"put aside {one}: its bytes are in quarantine/{repository}")
    if aside:
        click.echo("the PCs are asked for a backup; then: wardwatch backup verify " + repository)


@backup.command()
@click.argument("machine")
@click.argument("into", type=click.Path(file_okay=False, path_type=Path))
@state_option
@click.pass_obj
def pin(call: Call, machine: str, into: Path) -> None:
    """Write what MACHINE needs to back up, secrets included, INTO a folder: its agent's own."""
    from backup import bundle, passwords  # noqa: PLC0415
    from console.addresses import reach  # noqa: PLC0415
    from console.backup_server import place_of  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        there = reach(place_of(call.folder))
        if inventory.machine(machine) is None:
            raise Refused(f"no machine {machine} is declared")
        folder, store = verifier.state_folder, verifier.store
        with store.write() as connection:
            passwords.settle(connection, inventory, folder, call.clock())
        with store.read() as connection:
            lacking = passwords.lacking(connection, inventory, folder)
        written = bundle.write(store, inventory, machine, folder, into, there.address, there.port)
    for path in written:
        click.echo(path)
    for one in lacking:
        if one.writer == machine:
            click.echo(
                f"{machine} has handed in no password of its own: the collector has made the one of"
                f" {one.id}",
                err=True,
            )


@backup.command()
@click.argument("repository", required=False)
@json_option
@state_option
@click.pass_obj
def state(call: Call, repository: str | None, as_json: bool) -> None:
    """Back up the collector itself, into REPOSITORY or all of them, and read it back."""
    from backup import own  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        every = own.fit(inventory) if repository is None else inventory.repositories
        chosen = [one for one in every if repository in (None, one.id)]
        if not chosen:
            raise Refused(f"no repository {repository} is declared" if repository else own.NOWHERE)
        try:
            kept = [
                own.back_up(verifier.store, inventory, verifier.state_folder, one, call.clock())
                for one in chosen
            ]
        except own.OwnError as error:
            raise Refused(str(error)) from error
    if as_json:
        print_json(kept)
        return
    for one in kept:
        click.echo(f"{one.repository}: snapshot {one.snapshot[:8]}, {one.files} files, read back")


@backup.command()
@state_option
@click.pass_obj
def key(call: Call) -> None:
    """Print what brings the collector back after a fire: to be kept on paper, elsewhere."""
    from backup import passwords  # noqa: PLC0415
    from backup import pin as pins  # noqa: PLC0415

    with call.verifier() as (verifier, inventory):
        for one in inventory.repositories:
            place = pins.location(one, verifier.state_folder)
            try:
                secret = passwords.find(verifier.store, one, verifier.state_folder).text
            except passwords.Waiting as waiting:
                secret = f"({waiting})"
            click.echo(f"{one.id}\n  repository  {place}\n  key         {secret}")


def _told(proofs: tuple[Any, ...], as_json: bool) -> None:
    from backup.proofs import sentence  # noqa: PLC0415

    if as_json:
        print_json(proofs)
    else:
        for proof in proofs:
            click.echo(sentence(proof))
    if not all(proof.ok for proof in proofs):
        raise click.exceptions.Exit(1)


for _command in restoring.COMMANDS:
    backup.add_command(_command)
