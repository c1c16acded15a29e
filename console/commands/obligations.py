"""`wardwatch incident classify|drill|sent|not-applicable`: what sets and answers the legal clocks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands.call import Call, Refused, actor, state_option

if TYPE_CHECKING:
    from alerts.incidents import Flag, Level

LEVELS = ("M1", "M2", "M3", "M4")
FLAGS = (
    "national-security",
    "interruption",
    "personal-data",
    "personal-data-harm",
    "sensitive-data",
)
"""As in alerts.incidents, which takes too long to load for `--help`; a test compares them."""


@click.command()
@click.argument("id")
@click.option("--level", required=True, type=click.Choice(LEVELS), help="M1 is the worst.")
@click.option("--flag", "flags", multiple=True, type=click.Choice(FLAGS), help="All that hold.")
@click.option("--reason", default="", help="Needed where a clock gets longer or ends.")
@state_option
@click.pass_obj
def classify(call: Call, id: str, level: Level, flags: tuple[Flag, ...], reason: str) -> None:
    """Set the incident's level and flags; its clocks follow by law."""
    from alerts import handling, queries  # noqa: PLC0415
    from console.file_screen import show_duties  # noqa: PLC0415

    with writing(call) as (desk, connection):
        limits = desk.source.current().incidents
        handling.within_thresholds(connection, id, level, limits, reason)
        handling.classify(connection, call.clock(), actor(), id, level, flags, reason)
    with call.desk() as desk, desk.store.read() as connection:
        file = queries.file(connection, id, call.clock())
        show_duties(file.duties if file else (), call.words(desk))


@click.command()
@click.argument("id")
@click.option("--reason", required=True, help="In words; kept for ever.")
@state_option
@click.pass_obj
def drill(call: Call, id: str, reason: str) -> None:
    """Mark the incident as a drill, for ever: no legal clocks, no real papers."""
    from alerts import handling  # noqa: PLC0415

    with writing(call) as (_, connection):
        handling.mark_drill(connection, call.clock(), actor(), id, reason)
    click.echo(f"{id} is a drill")


@click.command()
@click.argument("id")
@click.argument("obligation")
@click.option("--channel", required=True, help="How it was sent: by letter, by e-mail, by hand.")
@click.option("--to", "recipient", required=True, help="Who got it.")
@click.option(
    "--file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file as sent; its SHA-256 is kept, not the file.",
)
@click.option("--receipt", required=True, help="Number and date in the recipient's book.")
@click.option("--at", "sent_at", metavar="TIME", help="2026-11-23T14:05; by default now.")
@state_option
@click.pass_obj
def sent(
    call: Call, /, id: str, obligation: str, file: Path, sent_at: str | None, **told: str
) -> None:
    """Close OBLIGATION of incident ID by the proof that it was sent."""
    from alerts import handling  # noqa: PLC0415
    from alerts.clocks import Proof  # noqa: PLC0415

    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from error
    now = call.clock()
    proof = Proof(sent_at=instant(sent_at) if sent_at else now, file_sha256=digest, **told)
    with writing(call) as (_, connection):
        handling.deliver(connection, now, actor(), id, obligation, proof)
    click.echo(f"{obligation} of {id} is sent, SHA-256 {digest}")


@click.command("not-applicable")
@click.argument("id")
@click.argument("obligation")
@click.option("--reason", required=True, help="In words; kept for ever.")
@state_option
@click.pass_obj
def aside(call: Call, id: str, obligation: str, reason: str) -> None:
    """Decide that OBLIGATION does not apply to incident ID."""
    from alerts import handling  # noqa: PLC0415

    with writing(call) as (_, connection):
        handling.set_aside(connection, call.clock(), actor(), id, obligation, reason)
    click.echo(f"{obligation} of {id} does not apply")


@contextmanager
def writing(call: Call) -> Iterator[tuple[Any, Any]]:
    """The desk and one transaction on it; what is not allowed becomes a refusal."""
    from alerts.incidents import NotAllowed  # noqa: PLC0415

    with call.desk() as desk:
        try:
            with desk.store.write() as connection:
                yield desk, connection
        except NotAllowed as error:
            raise Refused(str(error)) from error


def instant(text: str) -> datetime:
    """A time as typed; without an offset it is this machine's own."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise Refused(f"{text!r} is no time: write it as 2026-11-23T14:05") from None
