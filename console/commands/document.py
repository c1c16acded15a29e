"""`wardwatch document`: papers, ready to be read, signed and sent."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Call, Refused, state_option


@click.group()
def document() -> None:
    """Write papers."""


@document.command()
@click.argument("id")
@click.option("--format", "formats", default="pdf,docx", show_default=True, metavar="LIST")
@click.option("--out", type=click.Path(file_okay=False), default=".", show_default=True)
@state_option
@click.pass_obj
def police(call: Call, id: str, formats: str, out: str) -> None:
    """Write the initial report on incident ID to the ward police."""
    from alerts.documents.police import PurposeError  # noqa: PLC0415
    from console.cases import CaseError  # noqa: PLC0415
    from console.papers import MEDIA, Format, PaperError, police_paper  # noqa: PLC0415

    wanted: list[Format] = [one for one in MEDIA if one in formats.split(",")]
    if not wanted or set(formats.split(",")) - set(MEDIA):
        raise Refused(f"unknown format {formats!r}: pdf, docx or both with a comma")
    folder = Path(out)
    with call.desk() as desk, desk.store.read() as connection:
        office = desk.moment().office
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for one in wanted:
                file = folder / f"{id}-bao-cao-ban-dau.{one}"
                file.write_bytes(police_paper(connection, office, id, call.clock(), one))
                click.echo(str(file))
        except (CaseError, PaperError, PurposeError) as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}") from error
