"""`wardwatch restore-state`: the collector again, on a fresh machine."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Call, Refused, state_option


@click.command("restore-state")
@click.argument("source", metavar="REPOSITORY|DIR")
@click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With the repository's key from the recovery sheet; not needed for a folder.",
)
@click.option("--snapshot", metavar="ID", help="By default the newest.")
@click.option("--database", metavar="URL", help="An empty PostgreSQL; by default SQLite.")
@state_option
@click.pass_obj
def restore_state(
    call: Call, source: str, password_file: Path | None, snapshot: str | None, database: str | None
) -> None:
    """Make the state folder anew from a backup of the collector, and let its agents go on.

    SOURCE is the repository as restic names it, or a folder that was restored by restic itself.
    Then start `wardwatch up` under the same address.
    """
    import shutil  # noqa: PLC0415

    from backup import bringing_back, own  # noqa: PLC0415
    from console import settings  # noqa: PLC0415

    folder = call.folder.absolute()
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Refused(f"{folder} is not empty: name a new folder with --state")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fetched = folder / bringing_back.FETCHED
        try:
            if password_file is None:
                copy = own.found(Path(source))
            else:
                copy = bringing_back.fetch(source, password_file.absolute(), snapshot, fetched)
            told, going_on = bringing_back.bring_back(copy, folder, database, call.clock())
        finally:
            shutil.rmtree(fetched, ignore_errors=True)
        before = settings.load(folder)
        settings.save(
            folder,
            settings.Settings(
                version=settings.VERSION,
                inventory=str(folder / "inventory.yaml"),
                database=database or f"sqlite:///{folder / own.DATABASE}",
                listen=before.listen,
                site=before.site,
            ),
        )
    except (own.OwnError, settings.SettingsError) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from error
    click.echo(
        f"{told.site} as of {told.made_at.isoformat(timespec='seconds')} is back in {folder}"
    )
    click.echo(f"{going_on} agents go on without joining; what they sent since is told as a gap")
    click.echo(f"next: wardwatch up --state {folder}, under the address {before.listen}")
