"""`wardwatch document recovery-sheet`: what it takes to restore with restic alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.commands.call import Call, Refused, actor, state_option
from console.commands.files import wanted, write

if TYPE_CHECKING:
    from console.papers import Format


@click.command("recovery-sheet")
@click.option("--with-passwords", is_flag=True, help="Print them: for a sealed envelope.")
@click.option("--format", "formats", default="pdf,docx", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=".")
@state_option
@click.pass_obj
def recovery_sheet(call: Call, with_passwords: bool, formats: str, out: Path) -> None:
    """Write what it takes to restore the backups with restic alone, on paper."""
    from alerts.documents.recovery_sheet import KIND  # noqa: PLC0415
    from alerts.documents.recovery_sheet import recovery_sheet as sheet  # noqa: PLC0415
    from backup import recovery  # noqa: PLC0415
    from backup.pin import PinError  # noqa: PLC0415
    from backup.stores import StoreError  # noqa: PLC0415
    from collector import audit  # noqa: PLC0415

    chosen = wanted(formats)
    if "xlsx" in chosen:
        raise Refused("the recovery sheet is made as pdf and docx alone")
    with call.desk() as desk:
        inventory, now = desk.source.current(), call.clock()

        def keep(one: Format, name: str, _content: bytes) -> None:
            # Not even the hash of a sheet with passwords: it leaves in its envelope.
            detail: dict[str, str | int | None] = {"paper": KIND, "format": one, "file": name}
            detail["passwords"] = int(with_passwords)
            with desk.store.write() as connection:
                audit.append(connection, now, actor(), "document.made", detail)

        try:
            folder = call.folder.absolute()
            ways = recovery.ways(desk.store, inventory, folder, secrets=with_passwords)
        except (StoreError, PinError) as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}") from error
        write(desk, sheet(inventory, ways, now), chosen, out, keep, private=with_passwords)


COMMANDS = (recovery_sheet,)
