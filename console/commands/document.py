"""`wardwatch document`: papers, ready to be read, signed and sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands.call import Call, Refused, actor, state_option

if TYPE_CHECKING:
    from console.papers import Format, Wish


@click.group()
def document() -> None:
    """Write papers."""


def paper_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command asks that makes a paper of an incident."""
    options = (
        click.option("--drill", is_flag=True, help="As a drill's paper, marked on every page."),
        click.option("--with-internal-addresses", is_flag=True, help="Print what is struck out."),
        click.option("--with-user-names", is_flag=True, help="Print what is struck out."),
        click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="."),
        state_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@document.command()
@click.argument("id")
@click.option("--format", "formats", default="pdf,docx", show_default=True, metavar="LIST")
@paper_options
@click.pass_obj
def police(call: Call, /, id: str, formats: str, out: Path, **asked: bool) -> None:
    """Write the initial report on incident ID to the ward police."""
    from console.papers import MEDIA  # noqa: PLC0415

    wanted: list[Format] = [one for one in MEDIA if one in formats.split(",")]
    if not wanted or set(formats.split(",")) - set(MEDIA):
        raise Refused(f"unknown format {formats!r}: pdf, docx or both with a comma")
    write_police(call, id, wanted, out, **asked)


def write_police(
    call: Call,
    id: str,
    formats: list[Format],
    out: Path,
    *,
    drill: bool,
    with_internal_addresses: bool,
    with_user_names: bool,
) -> None:
    """Write the files and name them; what a person still has to fill in goes to stderr."""
    from alerts.documents.redaction import Disclosure  # noqa: PLC0415
    from console.papers import Wish  # noqa: PLC0415

    shown = Disclosure(internal_addresses=with_internal_addresses, user_names=with_user_names)
    _write(call, Wish(id, "drill" if drill else "real", shown), formats, out)


def _write(call: Call, wish: Wish, formats: list[Format], out: Path) -> None:
    from alerts.documents.model import missing  # noqa: PLC0415
    from alerts.documents.police import PurposeError  # noqa: PLC0415
    from console import papers  # noqa: PLC0415
    from console.cases import CaseError  # noqa: PLC0415

    with call.desk() as desk:
        office, now = desk.moment().office, call.clock()
        folder = papers.templates(office, desk.source.path)
        try:
            with desk.store.read() as connection:
                paper = papers.police_paper(connection, office, wish, now)
            out.mkdir(parents=True, exist_ok=True)
            for one in formats:
                content = papers.made(paper, one, folder)
                with desk.store.write() as connection:
                    papers.note(connection, now, actor(), wish, one, content)
                file = out / f"{paper.file_name}.{one}"
                file.write_bytes(content)
                click.echo(str(file))
        except (CaseError, papers.PaperError, PurposeError) as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}") from error
    if open_fields := missing(paper):
        click.echo(f"to fill in by hand before signing: {'; '.join(open_fields)}", err=True)
