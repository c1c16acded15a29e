"""What all commands that write papers share: their options, and the files that they leave."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands.call import Call, Refused, actor, state_option

if TYPE_CHECKING:
    from alerts.documents.model import Paper
    from alerts.documents.redaction import Disclosure
    from console.desk import Desk
    from console.papers import Format


def shown_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What may stand in a paper, and where it goes."""
    options = (
        click.option("--with-internal-addresses", is_flag=True, help="Print what is struck out."),
        click.option("--with-user-names", is_flag=True, help="Print what is struck out."),
        click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="."),
        state_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


def disclosure(*, with_internal_addresses: bool, with_user_names: bool) -> Disclosure:
    """What the officer ticked to be printed all the same."""
    from alerts.documents.redaction import Disclosure  # noqa: PLC0415

    return Disclosure(internal_addresses=with_internal_addresses, user_names=with_user_names)


def wanted(formats: str) -> list[Format]:
    """`pdf,docx` as formats, in one order. Raises Refused."""
    from console.papers import MEDIA  # noqa: PLC0415

    asked = [one.strip() for one in formats.split(",")]
    if not asked or set(asked) - set(MEDIA):
        raise Refused(f"unknown format {formats!r}: {', '.join(MEDIA)}, or several with a comma")
    return [one for one in MEDIA if one in asked]


def write(
    desk: Desk,
    paper: Paper,
    formats: list[Format],
    out: Path,
    keep: Callable[[Format, str, bytes], None],
    *,
    private: bool = False,
) -> None:
    """Write each file, keep it, name it; what a person still has to fill in goes to stderr.

    A private one is readable by its owner alone.
    """
    from alerts.documents.model import missing  # noqa: PLC0415
    from collector.files import write_private  # noqa: PLC0415
    from console import papers  # noqa: PLC0415

    folder = papers.templates(desk.moment().office, desk.source.path)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for one in formats:
            content = papers.made(paper, one, folder)
            file = out / f"{paper.file_name}.{one}"
            keep(one, file.name, content)
            (write_private if private else Path.write_bytes)(file, content)
            click.echo(str(file))
    except papers.PaperError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from error
    if open_fields := missing(paper):
        click.echo(f"to fill in by hand before signing: {'; '.join(open_fields)}", err=True)


def audited(
    call: Call, desk: Desk, kind: str, **about: str | int | None
) -> Callable[[Format, str, bytes], None]:
    """Notes in the log who made which file of a paper that is on no incident."""
    from collector import audit  # noqa: PLC0415

    def keep(one: Format, name: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()
        detail = {"paper": kind, **about, "format": one, "file": name, "sha256": digest}
        with desk.store.write() as connection:
            audit.append(connection, call.clock(), actor(), "document.made", detail)

    return keep
