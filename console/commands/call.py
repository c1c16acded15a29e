"""What every command shares: the state folder, the clock, `--state` and `--json`, and refusals."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from console.settings import Settings, SettingsError, load

F = TypeVar("F", bound=Callable[..., Any])


class Refused(click.ClickException):
    """Bad input: sentences on stderr, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        for line in self.message.splitlines():
            click.echo(f"wardwatch: {line}", file=file, err=True)


@dataclass
class Call:
    """One run of the command."""

    folder: Path
    clock: Callable[[], datetime]

    def settings(self) -> Settings:
        """As `wardwatch up` left them."""
        try:
            return load(self.folder)
        except SettingsError as error:
            raise Refused(str(error)) from error

    @contextmanager
    def desk(self) -> Iterator[Any]:
        """The office's values, read from the store; closed at the end."""
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - 0.2 s that `--help` can spare

        from collector.inventory.read import InventoryError  # noqa: PLC0415
        from console.desk import open_desk  # noqa: PLC0415

        found = self.settings()
        try:
            desk = open_desk(found, self.folder, self.clock)
        except InventoryError as error:
            raise Refused(str(error)) from error
        try:
            yield desk
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise Refused(f"the database does not answer: {cause}") from error
        finally:
            desk.store.close()

    @contextmanager
    def verifier(self) -> Iterator[tuple[Any, Any]]:
        """What proves and restores backups, with the inventory."""
        from backup.commands import CommandError  # noqa: PLC0415
        from backup.pin import PinError  # noqa: PLC0415
        from backup.prove import Verifier  # noqa: PLC0415
        from backup.restic import ResticError  # noqa: PLC0415
        from backup.stores import StoreError  # noqa: PLC0415

        with self.desk() as desk:
            try:
                verifier = Verifier(desk.store, self.folder.absolute(), self.clock)
                yield verifier, desk.source.current()
            except (CommandError, PinError, ResticError, StoreError) as error:
                raise Refused(str(error)) from error
            except OSError as error:
                raise Refused(f"{error.filename or self.folder}: {error.strerror}") from error

    def words(self, desk: Any) -> Any:
        """How this office writes figures and times, for people at a terminal."""
        from console.words import Words  # noqa: PLC0415 - with the catalogues that it reads

        return Words("vi", desk.source.current().site.timezone, self.clock())


def actor() -> str:
    """Who acts, as the audit log names it: the account on the server."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # an id without an account, as in a container
        return "cli"


def state_option(command: F) -> F:
    """`--state DIR`, on every command, in the same words."""

    def keep(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
        if value is not None:
            context.find_root().obj.folder = value

    return click.option(
        "--state",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=keep,
        help="The state folder; else $WARDWATCH_STATE.",
    )(command)


def json_option(command: F) -> F:
    """`--json`, on every command that reads."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(
        command
    )


def print_json(value: object) -> None:
    """The same value gives the same bytes."""
    import msgspec  # noqa: PLC0415 - with the values that it prints

    raw = msgspec.json.encode(value, order="sorted")
    click.echo(msgspec.json.format(raw, indent=2).decode())
