"""`wardwatch import`: reports carried on a stick from a PC without a network, and its answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option

if TYPE_CHECKING:  # the store is loaded when there is something to import
    from collector.carried import Imported

PATTERN = "wardwatch-reports-*.gz"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE|FOLDER")
@json_option
@state_option
@click.pass_obj
def import_(call: Call, file: Path, as_json: bool) -> None:
    """Store what `wardwatch-agent export` wrote, of one PC or of all in a folder; twice is once.

    The answer is written beside each file: `wardwatch-agent export` or `taken` on that PC finds it
    there and deletes what is stored.
    """
    from collector import carried  # noqa: PLC0415

    done: list[Imported] = []
    wrong: list[str] = []
    with call.desk() as desk:
        for path in _files(file):
            try:
                inventory = desk.source.current()
                done.append(carried.take_in(desk.store, path, call.clock(), actor(), inventory))
            except carried.CarriedError as error:
                # One PC's bad file costs the others on the stick nothing.
                wrong.append(f"{path}: {error}")
                continue
            wrong += _answered(done[-1], path.parent)
    _tell(done, as_json)
    if wrong:
        raise Refused("\n".join(wrong))
    if any(one.conflicting for one in done):
        raise click.exceptions.Exit(1)


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    found = sorted(place.glob(PATTERN))
    if not found:
        raise Refused(f"no file {PATTERN} in {place}: `wardwatch-agent export` writes it on the PC")
    return found


def _answered(one: Imported, folder: Path) -> list[str]:
    try:
        one.answer.write(folder)
    except OSError as error:
        return [
            f"the reports of {one.asset} are stored, but the answer could not be written into"
            f" {folder}: {error.strerror or error}; the PC will carry them again, stored once"
        ]
    return []


def _tell(done: list[Imported], as_json: bool) -> None:
    if as_json:
        names = ("agent", "asset", "new", "repeated", "conflicting", "joined")
        rows = [{name: getattr(one, name) for name in names} for one in done]
        print_json({"imported": rows})
    for one in done:
        if not as_json:
            joined = "joined, " if one.joined else ""
            told = f"{one.new} reports stored, {one.repeated} were stored before"
            click.echo(f"{one.asset}: {joined}{told}")
        if one.conflicting:
            click.echo(
                f"{one.conflicting} numbers were stored before with other content:"
                f" two PCs may hold the key of {one.agent}",
                err=True,
            )
